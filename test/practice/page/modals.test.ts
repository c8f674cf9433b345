import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOME, PICKER } from './incident.ts';
import { PageRig } from './rig.ts';
import { modal, option, plain, snapshotFor } from './workspace-snapshot.ts';

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

const openPicker = async () => {
  rig.show(me => snapshotFor(me, { modals: [PICKER] }));
  const page = await rig.open();
  return { page, dialog: page.getByRole('dialog', { name: 'Diagnose' }) };
};

describe('a modal', () => {
  it('is filled in by keyboard and sends all values in the words of Slack', async () => {
    const { page, dialog } = await openPicker();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('s');
    await page.keyboard.press('Enter');
    await dialog.getByRole('combobox', { name: 'Servers' }).click();
    await page.getByRole('option', { name: 'web-2' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('checkbox', { name: 'Tell the channel' }).check();
    await dialog.getByLabel('Begin').fill('2026-11-20T14:10');
    await dialog.getByLabel('Begin').blur();
    await dialog.getByLabel('Note').fill('since the deploy');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await expect
      .poll(() => rig.takeActs())
      .toEqual([
        {
          kind: 'submit',
          view: 'V0PICK',
          values: {
            service: { pick: { type: 'static_select', selected_option: option('search') } },
            window: {
              span: { type: 'radio_buttons', selected_option: option('The last 30 minutes', '30m') },
            },
            begin: {
              at: { type: 'datetimepicker', selected_date_time: Date.UTC(2026, 10, 20, 14, 10) / 1000 },
            },
            servers: { some: { type: 'multi_static_select', selected_options: [option('web-2')] } },
            extras: {
              flags: {
                type: 'checkboxes',
                selected_options: [
                  { ...option('Tell the channel', 'tell'), description: plain('else only you see it') },
                ],
              },
            },
            note: { text: { type: 'plain_text_input', value: 'since the deploy' } },
          },
        },
      ]);
  });

  it('asks for what is required before it sends anything', async () => {
    const { page, dialog } = await openPicker();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText('Please complete this required field.').waitFor();
    const service = dialog.getByRole('combobox', { name: 'Service' });
    expect(await service.getAttribute('aria-invalid')).toBe('true');
    expect(await service.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
    expect(rig.takeActs()).toEqual([]);
    expect(await page.locator('[role="alert"]').allTextContents()).toContain(
      'Please complete this required field.',
    );
  });

  it('shows errors of the app at their blocks and keeps what was entered', async () => {
    rig.answer = () => ({ ok: true, errors: { note: 'Say a little more.' } });
    const { page, dialog } = await openPicker();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Note').fill('hm');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByRole('alert').getByText('Say a little more.').waitFor();
    const note = dialog.getByLabel('Note');
    expect(await note.inputValue()).toBe('hm');
    expect(await note.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
    expect(await note.getAttribute('aria-describedby')).toContain('-error');
  });

  it('says in itself when the app did not take it', async () => {
    rig.answer = () => ({ ok: false, problem: 'We had some trouble connecting. Try again?' });
    const { page, dialog } = await openPicker();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByRole('alert').getByText('some trouble connecting').waitFor();
  });

  it.each(['Escape', 'Cancel', 'Close Diagnose'])('is closed by %s, and focus returns', async way => {
    const page = await rig.open();
    rig.show(me => snapshotFor(me, { modals: [PICKER] }));
    const dialog = page.getByRole('dialog', { name: 'Diagnose' });
    await dialog.waitFor();
    if (way === 'Escape') await page.keyboard.press('Escape');
    else await dialog.getByRole('button', { name: way, exact: true }).click();
    await expect.poll(() => rig.takeActs()).toEqual([{ kind: 'close', view: 'V0PICK' }]);
    expect(await dialog.count()).toBe(1);
    rig.show(me => snapshotFor(me));
    await dialog.waitFor({ state: 'detached' });
    const field = page.getByRole('textbox', { name: 'Message #inc-checkout' });
    expect(await field.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
  });

  it('keeps focus inside', async () => {
    const { page } = await openPicker();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true);
    }
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true);
  });

  it('shows the topmost of a stack, and what was typed below is still there', async () => {
    const { page, dialog } = await openPicker();
    await dialog.getByLabel('Note').fill('typed below');
    const second = modal('V0SECOND', { title: plain('Second'), blocks: [] }, 'V0PICK');
    rig.show(me => snapshotFor(me, { modals: [PICKER, second] }));
    await page.getByRole('dialog', { name: 'Second' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    rig.show(me => snapshotFor(me, { modals: [PICKER] }));
    await dialog.waitFor();
    expect(await dialog.getByLabel('Note').inputValue()).toBe('typed below');
  });

  it('keeps what is typed and where when the app updates it', async () => {
    const { page, dialog } = await openPicker();
    await dialog.getByLabel('Note').click();
    await page.keyboard.type('half a ');
    const loaded = { type: 'section', block_id: 'new', text: plain('Three servers found') };
    const view = { ...PICKER.view, blocks: [loaded, ...PICKER.view.blocks] };
    rig.show(me => snapshotFor(me, { modals: [{ ...PICKER, hash: '2', view }] }));
    await dialog.getByText('Three servers found').waitFor();
    await page.keyboard.type('sentence');
    expect(await dialog.getByLabel('Note').inputValue()).toBe('half a sentence');
  });
});

describe('the Home of the app', () => {
  it('is asked for when it is opened, and its buttons work', async () => {
    const page = await rig.open();
    await page.getByRole('button', { name: 'Staunch, app home' }).click();
    await page.getByText('has not published a Home').waitFor();
    await expect.poll(() => rig.takeActs()).toEqual([{ kind: 'open-home' }]);
    rig.show(me => snapshotFor(me, { home: HOME }));
    await page.getByRole('button', { name: 'Diagnose' }).last().click();
    await expect
      .poll(() => rig.takeActs())
      .toMatchObject([
        {
          kind: 'press',
          in: { view: 'V0HOME' },
          blockId: 'search',
          actionId: 'start-diagnosis',
          element: { value: 'search' },
        },
      ]);
    expect(await page.locator('html').getAttribute('data-block-errors')).toBe('0');
  });
});
