import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EVIDENCE, VERDICT } from './incident.ts';
import { PageRig } from './rig.ts';
import { message, mrkdwn, option, plain, snapshotFor, stamp, withBlocks } from './workspace-snapshot.ts';

let rig: PageRig;
beforeAll(async () => {
  rig = await PageRig.start(me => snapshotFor(me));
}, 60_000);
afterAll(() => rig.stop());
afterEach(async () => {
  expect(rig.faults.splice(0)).toEqual([]);
  await rig.closePages();
});

const errorsOn = (page: Awaited<ReturnType<PageRig['open']>>) =>
  page.locator('html').getAttribute('data-block-errors');

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<!channel> <@U0ANA> <https://evil.example|click> *bold* `code` ```fence```',
  '</pre></div><b>out</b>',
  'javascript:alert(1)',
  '&lt;b&gt; &amp;amp; \u202e backwards \u0007',
];

describe('blocks', () => {
  it('shows every kind that an app sends, without an error', async () => {
    rig.show(me => withBlocks([...VERDICT, ...EVIDENCE], me));
    const page = await rig.open();
    expect(await errorsOn(page)).toBe('0');
    expect(await page.getByRole('heading', { name: '502s on checkout' }).count()).toBe(1);
    expect(await page.getByText('Nov 20, 2026 14:05 to 14:20').count()).toBe(1);
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(['No.', 'Time (UTC)', 'Line']);
    expect(await page.getByRole('row').count()).toBe(3);
    expect(await page.locator('.mention-me').textContent()).toBe('@Ana Lima');
    expect(await page.locator('pre').textContent()).toContain('oom-kill:constraint=CONSTRAINT_MEMCG');
  });

  it.each([
    ['an unknown block', { type: 'video', title: plain('x') }, 'unknown block: video'],
    ['a block without a type', { foo: 1 }, 'unknown block: without a type'],
    [
      'an unknown element',
      { type: 'actions', elements: [{ type: 'timepicker', action_id: 'a' }] },
      'unknown element: timepicker',
    ],
    [
      'an unknown part of rich text',
      { type: 'rich_text', elements: [{ type: 'rich_text_poem', elements: [] }] },
      'rich_text_poem',
    ],
    [
      'an unknown piece of rich text',
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'color' }] }] },
      'color',
    ],
    ['an unknown text', { type: 'section', text: { type: 'markdown', text: 'x' } }, 'markdown'],
    ['an empty section', { type: 'section' }, 'a section without text or fields'],
    ['an unknown cell', { type: 'table', rows: [[{ type: 'blob' }]] }, 'unknown table cell: blob'],
    [
      'an image from elsewhere',
      { type: 'image', image_url: 'https://elsewhere.example/x.png', alt_text: 'x' },
      'an image from elsewhere',
    ],
    ['an image without words', { type: 'image', slack_file: { id: 'F1' } }, 'without alt_text'],
  ])('shows %s as an error and counts it', async (_, block, named) => {
    rig.show(me => withBlocks([block as never, ...VERDICT.slice(0, 1)], me));
    const page = await rig.open();
    expect(await errorsOn(page)).toBe('1');
    expect(await page.locator('.block-error').textContent()).toContain(named);
    rig.show(me => withBlocks(VERDICT, me));
    await expect.poll(() => errorsOn(page)).toBe('0');
  });

  it.each(HOSTILE)('shows %j letter by letter and makes no element of it', async hostile => {
    const blocks = (letters: string) => [
      { type: 'header', text: plain(letters) },
      { type: 'section', text: plain(letters), fields: [plain(letters)] },
      { type: 'context', elements: [plain(letters)] },
      { type: 'actions', elements: [{ type: 'button', action_id: 'a', text: plain(letters) }] },
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [{ type: 'text', text: letters }] },
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: letters }] },
          {
            type: 'rich_text_section',
            elements: [{ type: 'link', url: 'javascript:alert(1)', text: letters }],
          },
        ],
      },
      { type: 'table', rows: [[{ type: 'raw_text', text: letters }]] },
    ];
    rig.show(me => withBlocks(blocks('harmless'), me));
    const page = await rig.open();
    const elements = await page.locator('.blocks *').count();
    rig.show(me => withBlocks(blocks(hostile), me));
    await page.getByText(hostile, { exact: true }).first().waitFor();
    expect(await page.locator('.blocks *').count()).toBe(elements);
    expect(await page.locator('.blocks').evaluate(e => e.textContent?.split('harmless').length)).toBe(1);
    const shown = await page.locator('.blocks').evaluate(e => e.textContent ?? '');
    expect(shown.split(hostile).length - 1).toBe(9);
  });

  it('goes nowhere but to http, https and mail', async () => {
    const links = [
      'https://a.example/',
      'mailto:a@b.example',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc',
    ];
    const text = mrkdwn(links.map(link => `<${link}|${link}>`).join(' '));
    rig.show(me => withBlocks([{ type: 'section', text }], me));
    const page = await rig.open();
    const hrefs = await page.locator('.blocks a').evaluateAll(all => all.map(a => a.getAttribute('href')));
    expect(hrefs).toEqual(links.slice(0, 2));
    expect(await page.locator('.blocks a').first().getAttribute('rel')).toContain('noopener');
  });

  it('is made of text nodes: no markup is ever parsed', () => {
    const folder = join(import.meta.dirname, '../../../practice/page');
    const sources = readdirSync(folder).filter(name => name.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(20);
    const parsing =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|createContextualFragment|srcdoc/;
    expect(sources.filter(name => parsing.test(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
  });
});

describe('elements', () => {
  const inMessage = { message: { channel: 'C0CHECKOUT', ts: stamp(0) } };

  it('send the press of a button as it was sent', async () => {
    rig.show(me => withBlocks(VERDICT, me));
    const page = await rig.open();
    await page.getByRole('button', { name: 'Re-run' }).click();
    await expect
      .poll(() => rig.takeActs())
      .toEqual([
        {
          kind: 'press',
          in: inMessage,
          blockId: 'actions',
          actionId: 're-run',
          element: { type: 'button', text: plain('Re-run'), action_id: 're-run', value: 'run-1' },
        },
      ]);
  });

  it('ask first where the app wants it', async () => {
    rig.show(me => withBlocks(VERDICT, me));
    const page = await rig.open();
    const button = page.getByRole('button', { name: 'Wrong verdict?' });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Is it wrong?' });
    await dialog.getByText('maintainers').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(rig.takeActs()).toEqual([]);
    expect(await button.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
    await button.click();
    await dialog.getByRole('button', { name: 'Yes, tell them' }).click();
    await expect.poll(() => rig.takeActs()).toMatchObject([{ kind: 'press', actionId: 'wrong-verdict' }]);
  });

  it('choose by keyboard and send the option', async () => {
    rig.show(me => withBlocks(VERDICT, me));
    const page = await rig.open();
    const select = page.getByRole('combobox', { name: 'Open evidence' });
    await select.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.takeActs())
      .toMatchObject([
        {
          kind: 'press',
          blockId: 'actions',
          actionId: 'claim',
          element: { selected_option: { value: 'E4' } },
        },
      ]);
    await page.getByRole('combobox', { name: 'Open evidence: E4 nginx: upstream reset' }).waitFor();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByRole('menuitem', { name: 'Mute for an hour' }).click();
    await expect
      .poll(() => rig.takeActs())
      .toMatchObject([
        {
          kind: 'press',
          actionId: 'more',
          element: { type: 'overflow', selected_option: { value: 'mute' } },
        },
      ]);
  });

  it('say when the app does not answer a press', async () => {
    rig.answer = () => ({ ok: false, problem: 'Something went wrong (timeout). Try again.' });
    rig.show(me => withBlocks(VERDICT, me));
    const page = await rig.open();
    await page.getByRole('button', { name: 'Re-run' }).click();
    await page.getByRole('alert').getByText('Something went wrong (timeout)').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText('Something went wrong').count()).toBe(0);
  });

  it('send every change of choices outside of forms', async () => {
    const element = { type: 'checkboxes', action_id: 'c', options: [option('a'), option('b')] };
    rig.show(me =>
      withBlocks([{ type: 'section', block_id: 's', text: plain('x'), accessory: element }], me),
    );
    const page = await rig.open();
    await page.getByRole('checkbox', { name: 'a' }).check();
    await page.getByRole('checkbox', { name: 'b' }).check();
    await expect.poll(() => rig.acts.length).toBe(2);
    expect(rig.takeActs().at(-1)).toMatchObject({
      element: { selected_options: [option('a'), option('b')] },
    });
  });

  it('offer the shortcuts of the app at a message', async () => {
    rig.show(me => snapshotFor(me, { messages: [message(stamp(0), { user: 'U0BEN', text: 'alert!' })] }));
    const page = await rig.open();
    await page.getByRole('button', { name: 'More actions' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.takeActs())
      .toEqual([
        { kind: 'message-shortcut', callbackId: 'diagnose-message', channel: 'C0CHECKOUT', ts: stamp(0) },
      ]);
  });
});
