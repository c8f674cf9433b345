import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EVIDENCE, HOME, INCIDENT, PICKER, VERDICT } from './incident.ts';
import { PageRig } from './rig.ts';
import { message, snapshotFor, stamp } from './workspace-snapshot.ts';

let rig: PageRig;
beforeAll(async () => {
  rig = await PageRig.start(me => snapshotFor(me));
}, 60_000);
afterAll(() => rig.stop());
afterEach(async () => {
  expect(rig.faults.splice(0)).toEqual([]);
  await rig.closePages();
  rig.show(me => snapshotFor(me));
});

const many = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    message(stamp(index), { text: `line ${index}`, user: 'U0BEN' }),
  );
const root = (text: string, rest: object = {}) => message(stamp(0), { text, blocks: VERDICT, ...rest });
const isFocused = 'document.activeElement.textContent';

describe('a new snapshot', () => {
  it('takes neither focus nor typed text nor the caret', async () => {
    rig.show(me => snapshotFor(me, { messages: [root('one')] }));
    const page = await rig.open();
    await page.keyboard.type('half sentence');
    await page.keyboard.press('ArrowLeft');
    rig.show(me => snapshotFor(me, { messages: [root('one'), message(stamp(9), { text: 'news' })] }));
    await page.locator('.message').getByText('news').waitFor();
    await page.keyboard.type('X');
    const field = page.getByRole('textbox', { name: 'Message #inc-checkout' });
    expect(await field.inputValue()).toBe('half sentencXe');
  });

  it('leaves focus on a button of a message that is edited', async () => {
    rig.show(me => snapshotFor(me, { messages: [root('one')] }));
    const page = await rig.open();
    await page.getByRole('button', { name: 'Re-run' }).focus();
    const edited = root('two', { blocks: [...VERDICT, ...EVIDENCE], edited: true });
    rig.show(me => snapshotFor(me, { messages: [edited] }));
    await page.getByText('(edited)').waitFor();
    expect(await page.evaluate(isFocused)).toBe('Re-run');
  });

  it('moves focus to the message when its button is gone', async () => {
    rig.show(me => snapshotFor(me, { messages: [root('one')] }));
    const page = await rig.open();
    await page.getByRole('button', { name: 'Re-run' }).focus();
    rig.show(me => snapshotFor(me, { messages: [root('two', { blocks: VERDICT.slice(0, 2) })] }));
    await page.getByRole('button', { name: 'Re-run' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.dataset.ts')).toBe(stamp(0));
  });

  it('leaves an open menu open, with its focus', async () => {
    rig.show(me => snapshotFor(me, { messages: [root('one')] }));
    const page = await rig.open();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.keyboard.press('ArrowDown');
    rig.show(me => snapshotFor(me, { messages: [root('two', { edited: true }), ...many(1)] }));
    await page.getByText('(edited)').waitFor();
    expect(await page.evaluate(isFocused)).toBe('Mute for an hour');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('More options');
  });

  it('touches nothing that is the same', async () => {
    rig.show(me => snapshotFor(me, { messages: INCIDENT }));
    const page = await rig.open();
    await page.evaluate(`{
      window.touched = 0;
      new MutationObserver(all => { window.touched += all.length; }).observe(
        document.querySelector('#page'), { subtree: true, childList: true, attributes: true, characterData: true });
    }`);
    rig.show(me => snapshotFor(me, { messages: INCIDENT, home: HOME }));
    rig.show(me => snapshotFor(me, { messages: INCIDENT, team: { name: 'Renamed' } }));
    await page.locator('.team', { hasText: 'Renamed' }).waitFor();
    expect(await page.evaluate('window.touched')).toBe(1);
  });

  it('follows the newest message at the end of the list only', async () => {
    rig.show(me => snapshotFor(me, { messages: many(60) }));
    const page = await rig.open();
    const list = page.locator('[data-scroll="channel"]');
    const fromEnd = () => list.evaluate(e => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight));
    expect(await fromEnd()).toBeLessThan(2);
    rig.show(me => snapshotFor(me, { messages: many(70) }));
    await list.getByText('line 69').waitFor();
    expect(await fromEnd()).toBeLessThan(2);
    await list.evaluate(e => {
      e.scrollTop = 100;
    });
    await page.getByRole('button', { name: 'Jump to newest' }).waitFor();
    rig.show(me => snapshotFor(me, { messages: many(80) }));
    await list.getByText('line 79').waitFor({ state: 'attached' });
    expect(await list.evaluate(e => e.scrollTop)).toBe(100);
    await page.getByRole('button', { name: 'Jump to newest' }).click();
    expect(await fromEnd()).toBeLessThan(2);
  });

  it('is told to a screen reader: new messages, and roots that were edited', async () => {
    rig.show(me => snapshotFor(me, { messages: [root('Looking at checkout')] }));
    const page = await rig.open();
    const news = page.locator('#news[aria-live="polite"]');
    expect(await news.textContent()).toBe('');
    rig.show(me =>
      snapshotFor(me, { messages: [root('Worker OOM kills'), message(stamp(5), { text: 'Chart' })] }),
    );
    await expect.poll(() => news.textContent()).toBe('Staunch, edited: Worker OOM kills. Staunch: Chart');
  });

  it('marks channels unread until they are opened', async () => {
    const page = await rig.open();
    const elsewhere = [message(stamp(1), { channel: 'C0SEARCH', text: 'a' })];
    rig.show(me => snapshotFor(me, { messages: elsewhere }));
    await page.getByRole('button', { name: '#inc-search, 1 unread' }).click();
    await page.getByRole('button', { name: '#inc-checkout' }).click();
    expect(await page.getByRole('button', { name: 'unread' }).count()).toBe(0);
  });

  it('opens a modal over everything and leaves the draft alone', async () => {
    const page = await rig.open();
    await page.keyboard.type('draft');
    rig.show(me => snapshotFor(me, { modals: [PICKER] }));
    await page.getByRole('dialog').waitFor();
    rig.show(me => snapshotFor(me));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.type(' goes on');
    expect(await page.getByRole('textbox', { name: 'Message #inc-checkout' }).inputValue()).toBe(
      'draft goes on',
    );
  });
});
