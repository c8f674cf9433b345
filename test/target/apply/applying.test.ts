import { existsSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, CONFIG_TEXT, DROP_IN, HelperRig } from './helper-rig.ts';
import { applyPlan, applyRequest, BLOCK, configPlan, dropInPlan } from './plans.ts';

let rig: HelperRig;
beforeEach(() => {
  rig = new HelperRig();
  rig.startUnit();
});
afterEach(() => rig.remove());

const config = () => rig.read(CONFIG);
const apply = async (planId: string, change = {}) => applyPlan(rig, planId, await configPlan(rig, change));

describe('an applied plan', () => {
  it('is in place with its bytes, mode and owner, has new workers, and is armed to be taken back', async () => {
    const before = statSync(rig.path(CONFIG));
    const answer = await apply('plan-1');
    expect(answer).toMatchObject({
      ok: true,
      state: 'activated',
      detail: '2 workers are younger than the change',
    });
    expect(answer.rollbackAtMs).toBeGreaterThan(Date.now() + 250_000);
    expect(config()).toBe(CONFIG_TEXT + BLOCK);
    const after = statSync(rig.path(CONFIG));
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
    const calls = rig.takeCalls();
    const armed = calls.findIndex(([name]) => name === 'systemd-run');
    const reloaded = calls.findIndex(([, , verb]) => verb === 'reload');
    expect(armed).toBeGreaterThan(-1);
    expect(reloaded).toBeGreaterThan(armed);
    expect(calls[armed]).toContain('--on-active=300s');
  });
  it('stays after it was confirmed, and its switch is stopped', async () => {
    await apply('plan-1');
    rig.takeCalls();
    expect((await rig.verb('confirm', { planId: 'plan-1' })).answer).toMatchObject({
      ok: true,
      state: 'confirmed',
    });
    expect(rig.takeCalls()).toContainEqual(expect.arrayContaining(['stop', 'staunch-rollback-plan-1.timer']));
    expect((await rig.verb('dead-man', { planId: 'plan-1' })).answer).toMatchObject({
      ok: true,
      state: 'confirmed',
    });
    expect(config()).toBe(CONFIG_TEXT + BLOCK);
  });
  it('does nothing more when it comes again', async () => {
    const plan = await configPlan(rig);
    await rig.ask(applyRequest(plan, 'plan-1'));
    rig.takeCalls();
    const again = (await rig.ask(applyRequest(plan, 'plan-1'))).answer;
    expect(again).toMatchObject({ ok: true, state: 'activated' });
    expect(rig.takeCalls().filter(([, , verb]) => verb === 'reload')).toEqual([]);
  });
  it('is taken back to the exact bytes, mode, owner and time, and once only', async () => {
    const before = statSync(rig.path(CONFIG), { bigint: true });
    await apply('plan-1');
    const back = (await rig.verb('rollback', { planId: 'plan-1', reason: 'no better' })).answer;
    expect(back).toMatchObject({ ok: true, state: 'rolled-back' });
    expect(back.detail).toMatch(/^no better\. The files are as they were/);
    const after = statSync(rig.path(CONFIG), { bigint: true });
    expect(config()).toBe(CONFIG_TEXT);
    expect([after.mode, after.uid, after.gid, after.mtimeNs]).toEqual([
      before.mode,
      before.uid,
      before.gid,
      before.mtimeNs,
    ]);
    rig.takeCalls();
    await rig.verb('rollback', { planId: 'plan-1', reason: 'again' });
    expect(rig.takeCalls().filter(([, , verb]) => verb === 'reload')).toEqual([]);
  });
  it('of a drop-in takes file and folder away again', async () => {
    const plan = await dropInPlan(rig, '[Service]\nOOMPolicy=continue\n');
    const said = await rig.ask(applyRequest(plan, 'plan-1'));
    expect(said.answer).toMatchObject({ ok: true, state: 'activated' });
    expect(rig.read(DROP_IN)).toContain('OOMPolicy=continue');
    expect((await rig.verb('rollback', { planId: 'plan-1', reason: 'no' })).answer).toMatchObject({
      state: 'rolled-back',
    });
    expect(existsSync(rig.path(`${DROP_IN}/..`))).toBe(false);
    expect(existsSync(rig.path('/etc/systemd/system/checkout.service.d'))).toBe(false);
  });
});
