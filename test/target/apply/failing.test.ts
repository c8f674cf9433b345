import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, CONFIG_TEXT, DROP_IN, HelperRig } from './helper-rig.ts';
import { applyPlan, applyRequest, BLOCK, configPlan, dropInPlan } from './plans.ts';

let rig: HelperRig;
beforeEach(() => {
  rig = new HelperRig();
  rig.startUnit();
});
afterEach(() => rig.remove());

const verbsOf = (calls: string[][]) =>
  calls.map(([name, ...words]) => (name === 'systemctl' ? words.find(word => !word.startsWith('-')) : name));
const leftOver = () => readdirSync(rig.path('/srv/checkout')).filter(name => name.startsWith('.staunch'));

describe('a change that does not take effect', () => {
  it('because the application no longer imports is taken back at once, and the service is told to be down', async () => {
    const plan = await configPlan(rig);
    writeFileSync(rig.path('/srv/checkout/app-broken'), '');
    const answer = await applyPlan(rig, 'plan-1', plan);
    // The old bytes are back, but this application starts with no configuration at all: both are said.
    expect(answer).toMatchObject({ ok: true, state: 'failed' });
    expect(answer.detail).toMatch(/the main process of checkout.service .* ended/);
    expect(answer.detail).toMatch(/Not all is as it was: the old files are back, but/);
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect(leftOver()).toEqual([]);
  });

  it('because the application does not import is never written when the check may import it', async () => {
    await rig.remove();
    rig = new HelperRig({ checkConfig: true });
    rig.startUnit();
    const plan = await configPlan(rig);
    const master = rig.masterPid();
    writeFileSync(rig.path('/srv/checkout/app-broken'), '');
    const answer = await applyPlan(rig, 'plan-1', plan);
    expect(answer).toMatchObject({ ok: false, refusal: 'check-failed' });
    expect(answer.detail).toMatch(/gunicorn --check-config: ImportError: app/);
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect(rig.masterPid()).toBe(master);
    expect((await rig.verb('status', { planId: 'plan-1' })).answer).toMatchObject({
      ok: true,
      state: 'failed',
    });
  });

  it('because the restarted unit does not start is taken back, and the unit runs with the old files', async () => {
    // The first start after the change fails, the next one is with the old files.
    const control = `
restart_really = restart_unit
def restart_unit(unit, workers):
    if os.path.exists(real_path(${JSON.stringify(DROP_IN)})):
        raise ActivationFailed('systemctl restart: it did not start')
    return restart_really(unit, workers)
`;
    await rig.remove();
    rig = new HelperRig({ control });
    rig.startUnit();
    const answer = await applyPlan(rig, 'plan-1', await dropInPlan(rig, '[Service]\nOOMPolicy=continue\n'));
    expect(answer).toMatchObject({ ok: true, state: 'rolled-back' });
    expect(answer.detail).toMatch(/did not start\. The files are as they were/);
    expect((answer.unitState as Record<string, string>).ActiveState).toBe('active');
  });

  it('because the switch cannot be armed is not written', async () => {
    rmSync(`${rig.folder}/tools/systemd-run`);
    const answer = await applyPlan(rig, 'plan-1', await configPlan(rig));
    expect(answer).toMatchObject({ ok: false, refusal: 'failed' });
    expect(answer.detail).toMatch(/the dead man's switch cannot be armed, so nothing was written/);
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect((await rig.verb('status', { planId: 'plan-1' })).answer.state).toBe('failed');
  });

  it.each([
    ['that Python cannot read', 'workers = 2\nbind = (\n'],
    ['that is Python 4', 'workers = 2\nbind := 3\n'],
  ])('with a configuration %s is refused before anything is written', async (_, text) => {
    rig.write(CONFIG, text);
    const answer = await applyPlan(rig, 'plan-1', await configPlan(rig));
    expect(answer).toMatchObject({ ok: false, refusal: 'check-failed' });
    expect(answer.detail).toMatch(/^syntax: .*gunicorn.conf.py, line \d/);
    expect(rig.read(CONFIG)).toBe(text);
    expect(rig.masterPid()).toBeDefined();
  });

  it('whose numbers would not be the last in the file is refused', async () => {
    rig.write(CONFIG, `${BLOCK}max_requests = 5\n`);
    const plan = await configPlan(rig, {}, '');
    const { checks } = (await rig.verb('check', { plan: applyRequest(plan, 'x').plan }))
      .answer as unknown as {
      checks: { name: string; ok: boolean; detail: string }[];
    };
    expect(checks.filter(one => !one.ok)).toEqual([
      {
        name: 'value max_requests',
        ok: false,
        detail: 'max_requests is 5 at the end of the file, expected 8000',
      },
    ]);
  });
});

describe('the dead man', () => {
  it('takes back what nobody confirmed, and lets alone what somebody did', async () => {
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    const said = await rig.verb('dead-man', { planId: 'plan-1' });
    expect(said.code).toBe(0);
    expect(said.answer).toMatchObject({ ok: true, state: 'rolled-back' });
    expect(said.answer.detail).toMatch(/^it was not confirmed within 300 s\./);
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    const late = (await rig.verb('confirm', { planId: 'plan-1' })).answer;
    expect(late).toMatchObject({ ok: true, state: 'rolled-back' });
  });

  it('is done by any call once its time is over, and after a reboot by the call at boot', async () => {
    await rig.remove();
    rig = new HelperRig({
      constants: { BOOT: 'a' },
      control: 'def boot_id():\n    return open(ROOT + "/boot").read()\n',
    });
    rig.write('/boot', 'first');
    rig.startUnit();
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    rig.takeCalls();
    rig.write('/boot', 'second');
    // In time: the timer, which the reboot took away, is set again for what is left.
    await rig.ask({ schema: 1, verb: 'overdue' });
    const armed = rig.takeCalls().find(([name]) => name === 'systemd-run');
    expect(armed?.find(word => word.startsWith('--on-active='))).toMatch(/=(29\d|300)s$/);
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT + BLOCK);
    // Too late by the wall clock of the record, in yet another boot.
    rig.write('/boot', 'third');
    const path = '/var/lib/staunch/plans/plan-1/record.json';
    const record = JSON.parse(rig.read(path)) as { until: { wallMs: number } };
    record.until.wallMs = Date.now() - 1000;
    rig.write(path, JSON.stringify(record), 0o600);
    expect((await rig.ask({ schema: 1, verb: 'overdue' })).answer).toMatchObject({ ok: true, open: 0 });
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect((await rig.verb('status', { planId: 'plan-1' })).answer.state).toBe('rolled-back');
  });

  it('tries again when systemd does not answer', async () => {
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    rig.write('/srv/checkout/systemctl-fails', '');
    const said = await rig.verb('dead-man', { planId: 'plan-1' });
    // The files are back; what the service runs with cannot be said, and that is what is said.
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect(said.answer).toMatchObject({ ok: true, state: 'failed' });
    expect(said.answer.detail).toMatch(/the old files are back, but systemctl show/);
  });
});

describe('taking back', () => {
  it('leaves a file alone that somebody else has changed since, and says so', async () => {
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    rig.write(CONFIG, `${CONFIG_TEXT}# by hand\n`);
    const { answer } = await rig.verb('rollback', { planId: 'plan-1', reason: 'worse' });
    expect(answer).toMatchObject({ ok: true, state: 'failed' });
    expect(answer.detail).toMatch(/changed by somebody else meanwhile and was left as it is/);
    expect(rig.read(CONFIG)).toBe(`${CONFIG_TEXT}# by hand\n`);
  });

  it('works after the change was confirmed, from the backup', async () => {
    const before = statSync(rig.path(CONFIG));
    utimesSync(rig.path(CONFIG), 1_700_000_000, 1_700_000_000);
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    await rig.verb('confirm', { planId: 'plan-1' });
    expect(leftOver()).toEqual([]);
    expect((await rig.verb('rollback', { planId: 'plan-1', reason: 'worse' })).answer.state).toBe(
      'rolled-back',
    );
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    const after = statSync(rig.path(CONFIG));
    expect([after.mode, after.uid, after.gid, after.mtimeMs]).toEqual([
      before.mode,
      before.uid,
      before.gid,
      1_700_000_000_000,
    ]);
  });

  it('of a plan that never came keeps it from coming late', async () => {
    const plan = await configPlan(rig);
    expect((await rig.verb('status', { planId: 'plan-1' })).answer.refusal).toBe('unknown-plan');
    const { answer } = await rig.verb('rollback', { planId: 'plan-1', reason: 'lost on the way' });
    expect(answer).toMatchObject({
      ok: true,
      state: 'failed',
      detail: expect.stringMatching(/never applied/),
    });
    expect(await applyPlan(rig, 'plan-1', plan)).toMatchObject({ ok: true, state: 'failed' });
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
  });

  it('starts no unit that somebody has stopped on purpose', async () => {
    await rig.remove();
    const stopped = `os.path.exists(real_path('/srv/checkout/stopped'))`;
    rig = new HelperRig({
      control: `
show_really = show
def show(unit):
    return dict(show_really(unit), **({'ActiveState': 'inactive', 'Result': 'success'} if ${stopped} else {}))
`,
    });
    rig.startUnit();
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    rig.write('/srv/checkout/stopped', '');
    rig.takeCalls();
    const { answer } = await rig.verb('rollback', { planId: 'plan-1', reason: 'worse' });
    expect(answer.state).toBe('rolled-back');
    expect(rig.read(CONFIG)).toBe(CONFIG_TEXT);
    expect(verbsOf(rig.takeCalls()).filter(verb => verb !== 'show' && verb !== 'dpkg-query')).toEqual([
      'stop',
    ]);
  });
});

describe('a second plan', () => {
  it('for the same unit waits until the first is confirmed or taken back', async () => {
    await applyPlan(rig, 'plan-1', await configPlan(rig));
    const plan = await configPlan(rig, {}, '# END of nothing\n');
    expect(await applyPlan(rig, 'plan-2', plan)).toMatchObject({
      ok: false,
      refusal: 'busy',
      detail: expect.stringMatching(/plan-1/),
    });
  });

  it('under the same id is refused', async () => {
    const plan = await configPlan(rig);
    await applyPlan(rig, 'plan-1', plan);
    const other = { ...plan, server: 'web-2' };
    expect(await applyPlan(rig, 'plan-1', other)).toMatchObject({ ok: false, refusal: 'other-digest' });
  });
});

describe('the state', () => {
  it('tells how old each worker is, by the ticks of the host', async () => {
    const { answer } = await rig.verb('state');
    const uptime = answer.uptimeTicks as number;
    const ages = (answer.workers as { startTicks: number }[]).map(({ startTicks }) => uptime - startTicks);
    expect(ages).toHaveLength(2);
    for (const age of ages) expect(age).toSatisfy((ticks: number) => ticks >= 0 && ticks < 60_000);
  });
});

describe('recycling one worker', () => {
  const recyclePlan = async (which = 0) => {
    const { answer } = await rig.verb('state');
    const workers = answer.workers as { pid: number; startTicks: number }[];
    const { pid, startTicks } = workers[which]!;
    const plan = await configPlan(rig, {
      remedy: 'recycle-worker',
      changes: [],
      activation: { kind: 'recycle-worker', pid, startTicks },
    });
    return { plan, pid };
  };

  it('ends that very process, waits for its successor, and does it once', async () => {
    const { plan, pid } = await recyclePlan();
    const answer = await applyPlan(rig, 'plan-1', plan);
    expect(answer).toMatchObject({
      ok: true,
      state: 'confirmed',
      detail: `worker ${pid} has left, 2 workers run`,
    });
    const pids = (answer.workers as { pid: number }[]).map(worker => worker.pid);
    expect(pids).toHaveLength(2);
    expect(pids).not.toContain(pid);
    const again = await applyPlan(rig, 'plan-1', plan);
    expect((again.workers as { pid: number }[]).map(worker => worker.pid)).toEqual(pids);
  });

  it.each<[string, (pid: number) => object]>([
    ['of another start', pid => ({ pid, startTicks: 5 })],
    ['that is no worker', () => ({ pid: process.pid, startTicks: 0 })],
  ])('refuses a process %s', async (_, change) => {
    const { plan, pid } = await recyclePlan();
    const wrong = { ...plan, activation: { kind: 'recycle-worker' as const, ...change(pid) } } as typeof plan;
    expect(await applyPlan(rig, 'plan-1', wrong)).toMatchObject({ ok: false, refusal: 'stale' });
    expect((await rig.verb('state')).answer.workers).toHaveLength(2);
  });
});
