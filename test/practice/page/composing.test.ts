import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { INCIDENT } from './incident.ts';
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

const field = (page: Awaited<ReturnType<PageRig['open']>>) =>
  page.getByRole('textbox', { name: 'Message #inc-checkout' });

describe('the composer', () => {
  it('has focus when the page opens, and completes a command by keyboard', async () => {
    const page = await rig.open();
    await page.keyboard.type('/');
    await expect.poll(() => page.getByRole('option').count()).toBe(2);
    await page.keyboard.press('ArrowDown');
    const marked = page.getByRole('option', { selected: true });
    expect(await marked.textContent()).toContain('/staunch');
    expect(await field(page).getAttribute('aria-activedescendant')).toBe(await marked.getAttribute('id'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    expect(await field(page).inputValue()).toBe('/diagnose-502 ');
    expect(await page.getByRole('option').count()).toBe(0);
    expect(await page.locator('.composer-hint').textContent()).toContain('[service|server|group]');
    await page.keyboard.type('checkout');
    await page.keyboard.press('Enter');
    await page.getByText('Staunch took it within 12 ms').waitFor();
    expect(rig.acts).toEqual([
      { as: 'U0ANA', act: { kind: 'type', channel: 'C0CHECKOUT', text: '/diagnose-502 checkout' } },
    ]);
    expect(await field(page).inputValue()).toBe('');
  });

  it('takes an offer with Enter, and sends with Enter what is typed whole', async () => {
    const page = await rig.open();
    await page.keyboard.type('/dia');
    await page.keyboard.press('Enter');
    expect(await field(page).inputValue()).toBe('/diagnose-502 ');
    await field(page).fill('');
    await page.keyboard.type('/diagnose-502');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.takeActs())
      .toEqual([{ kind: 'type', channel: 'C0CHECKOUT', text: '/diagnose-502' }]);
  });

  it('takes an offer by mouse, and none after Escape', async () => {
    const page = await rig.open();
    await page.keyboard.type('@be');
    await page.getByRole('option', { name: '@ben' }).click();
    await page.keyboard.type('look #inc-s');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('option').count()).toBe(0);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.takeActs())
      .toEqual([{ kind: 'type', channel: 'C0CHECKOUT', text: '@ben look #inc-s' }]);
  });

  it('starts a new line with Shift+Enter and sends nothing that is empty', async () => {
    const page = await rig.open();
    await page.keyboard.press('Enter');
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.getByRole('button', { name: 'Send now' }).click();
    await expect
      .poll(() => rig.takeActs())
      .toEqual([{ kind: 'type', channel: 'C0CHECKOUT', text: 'one\ntwo' }]);
  });

  it('says why a command was refused and gives its text back', async () => {
    const problem = '/diagnose-502 failed with the error "operation_timeout"';
    rig.answer = () => ({ ok: false, problem });
    const page = await rig.open();
    await page.keyboard.type('/diagnose-502 checkout');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(problem).waitFor();
    expect(await field(page).inputValue()).toBe('/diagnose-502 checkout');
    await page.keyboard.type('!');
    expect(await page.getByText(problem).count()).toBe(0);
  });

  it('does not give back a message that stands in the channel', async () => {
    rig.answer = () => ({ ok: false, problem: 'You mentioned @staunch, but they are not in this channel.' });
    const page = await rig.open();
    await page.keyboard.type('@staunch why');
    await page.keyboard.press('Enter');
    await page.getByText('they are not in this channel').waitFor();
    expect(await field(page).inputValue()).toBe('');
  });

  it('writes into a thread, where no command is offered', async () => {
    rig.show(me => snapshotFor(me, { messages: INCIDENT }));
    const page = await rig.open();
    await page.getByRole('button', { name: '3 replies' }).click();
    await page.keyboard.type('/dia');
    expect(await page.getByRole('option').count()).toBe(0);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('@sta');
    await page.keyboard.press('Tab');
    await page.keyboard.type('why');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.takeActs())
      .toEqual([{ kind: 'type', channel: 'C0CHECKOUT', text: '@staunch why', threadTs: stamp(400) }]);
  });

  it('keeps a draft for each channel', async () => {
    const page = await rig.open();
    await page.keyboard.type('half a thought');
    await page.getByRole('button', { name: '#inc-search' }).click();
    const other = page.getByRole('textbox', { name: 'Message #inc-search' });
    expect(await other.inputValue()).toBe('');
    await page.getByRole('button', { name: '#inc-checkout' }).click();
    expect(await field(page).inputValue()).toBe('half a thought');
  });

  it('says in an empty channel what one may type', async () => {
    const page = await rig.open();
    const hints = page.getByRole('region', { name: 'What to type' });
    await hints.getByRole('button', { name: '/diagnose-502' }).click();
    expect(await field(page).inputValue()).toBe('/diagnose-502 ');
    rig.show(me => snapshotFor(me, { messages: [message(stamp(0), { text: 'hello' })] }));
    await hints.waitFor({ state: 'detached' });
  });

  it('has the shortcuts of the app in its menu', async () => {
    const page = await rig.open();
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('menuitem', { name: 'Start a diagnosis' }).click();
    await expect
      .poll(() => rig.takeActs())
      .toEqual([{ kind: 'global-shortcut', callbackId: 'pick-diagnosis' }]);
  });
});
