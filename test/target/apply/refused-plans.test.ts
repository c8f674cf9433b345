import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { serverPlanDigest, sha256 } from '../../../src/remediation/plan-digest.ts';
import { CONFIG, CONFIG_TEXT, DROP_IN, HelperRig } from './helper-rig.ts';
import { applyPlan, applyRequest, BLOCK, configPlan, dropInPlan } from './plans.ts';

let rig: HelperRig;
let number = 0;
beforeAll(() => {
  rig = new HelperRig();
  rig.startUnit();
});
afterAll(() => rig.remove());
beforeEach(() => {
  rig.write(CONFIG, CONFIG_TEXT);
  rig.takeCalls();
});

const planId = () => `plan-${++number}`;
const after = (text: string, like: ServerPlan) => ({
  ...like.changes[0]!.after,
  sha256: sha256(text),
  base64: Buffer.from(text).toString('base64'),
});
const withText = (plan: ServerPlan, text: string): ServerPlan => ({
  ...plan,
  changes: [{ ...plan.changes[0]!, after: after(text, plan) }],
});

/** Nothing was written, and no tool but those that look was started. */
function expectUntouched(text: string = CONFIG_TEXT): void {
  expect(rig.read(CONFIG)).toBe(text);
  expect(readdirSync(rig.path('/srv/checkout')).filter(name => name.startsWith('.staunch'))).toEqual([]);
  const acted = rig
    .takeCalls()
    .filter(([name, , verb]) => name === 'systemd-run' || /reload|restart|stop/.test(verb ?? ''));
  expect(acted).toEqual([]);
}

describe('a plan', () => {
  it.each<[string, (plan: ServerPlan) => ServerPlan, string, RegExp]>([
    ['for a unit that is not allowed', plan => ({ ...plan, unit: 'ssh.service' }), 'not-allowed', /not in/],
    [
      'for a file that is not allowed',
      plan => ({ ...plan, changes: [{ ...plan.changes[0]!, path: '/etc/passwd' }] }),
      'not-allowed',
      /not among the files/,
    ],
    [
      'with another mode',
      plan => ({
        ...plan,
        changes: [{ ...plan.changes[0]!, after: { ...plan.changes[0]!.after, mode: 0o4755 } }],
      }),
      'not-allowed',
      /bytes only/,
    ],
    [
      'with another owner',
      plan => ({
        ...plan,
        changes: [{ ...plan.changes[0]!, after: { ...plan.changes[0]!.after, uid: 4711 } }],
      }),
      'not-allowed',
      /bytes only/,
    ],
    [
      'whose bytes are not those of its hash',
      plan => ({
        ...plan,
        changes: [{ ...plan.changes[0]!, after: { ...plan.changes[0]!.after, base64: 'eA==' } }],
      }),
      'bad-request',
      /not that of its bytes/,
    ],
    [
      'with a line outside of the block',
      plan => withText(plan, `import os\n${CONFIG_TEXT}${BLOCK}`),
      'not-allowed',
      /outside of Staunch's block/,
    ],
    [
      'with a program in the block',
      plan =>
        withText(
          plan,
          `${CONFIG_TEXT}# BEGIN staunch\nmax_requests = __import__("os").system("id")\n# END staunch\n`,
        ),
      'not-allowed',
      /line 4: expected "name = number"/,
    ],
    [
      'with a setting that is not a number',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\nworker_class = "x"\n# END staunch\n`),
      'not-allowed',
      /expected "name = number"/,
    ],
    [
      'with two settings on a line',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\nmax_requests = 1; import os\n# END staunch\n`),
      'not-allowed',
      /expected "name = number"/,
    ],
    [
      'with a number out of range',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\nworkers = 5000\n# END staunch\n`),
      'not-allowed',
      /1 to 512/,
    ],
    [
      'with a form feed in the block',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\n#\fx\nmax_requests = 1\x0c\n# END staunch\n`),
      'not-allowed',
      /control character/,
    ],
    [
      'with a carriage return that Python takes for a line end',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\n#\rimport os\n# END staunch\n`),
      'not-allowed',
      /control character/,
    ],
    [
      'with a block that is not closed',
      plan => withText(plan, `${CONFIG_TEXT}# BEGIN staunch\nmax_requests = 1\n`),
      'not-allowed',
      /once each/,
    ],
    [
      'that reloads where the unit is another process by now',
      plan => ({ ...plan, precondition: { ...plan.precondition, mainStartTicks: 1 } }),
      'stale',
      /main process/,
    ],
    [
      'whose unit file is another by now',
      plan => ({ ...plan, precondition: { ...plan.precondition, fragmentPath: '/etc/x' } }),
      'stale',
      /unit file/,
    ],
    [
      'whose drop-ins are others by now',
      plan => ({ ...plan, precondition: { ...plan.precondition, dropInPaths: ['/etc/x'] } }),
      'stale',
      /drop-ins/,
    ],
    [
      'for another version of Gunicorn',
      plan => ({ ...plan, precondition: { ...plan.precondition, gunicornVersion: '9.9' } }),
      'stale',
      /Gunicorn is/,
    ],
    [
      'of another schema',
      plan => ({ ...plan, schema: 2 }) as unknown as ServerPlan,
      'bad-request',
      /knows 1/,
    ],
    [
      'with a remedy nobody knows',
      plan => ({ ...plan, remedy: 'x' }) as unknown as ServerPlan,
      'bad-request',
      /not known/,
    ],
    [
      'with an activation nobody knows',
      plan => ({ ...plan, activation: { kind: 'reboot' } }) as unknown as ServerPlan,
      'bad-request',
      /expected one of/,
    ],
    [
      'that changes a file and a worker',
      plan => ({ ...plan, activation: { kind: 'recycle-worker', pid: 5, startTicks: 1 } }),
      'bad-request',
      /either changes files/,
    ],
    [
      'that must be confirmed at once',
      plan => ({ ...plan, confirmWithinSeconds: 1 }),
      'bad-request',
      /from 10 to/,
    ],
  ])('%s is refused and nothing is written', async (_, change, refusal, detail) => {
    const plan = change(await configPlan(rig));
    rig.takeCalls();
    const answer = await applyPlan(rig, planId(), plan);
    expect(answer).toMatchObject({ ok: false, refusal });
    expect(answer.detail).toMatch(detail);
    expectUntouched();
  });

  it('with another digest than that of its text is refused', async () => {
    const plan = await configPlan(rig);
    const request = {
      ...applyRequest(plan, planId()),
      digest: serverPlanDigest({ ...plan, server: 'web-2' }),
    };
    expect((await rig.ask(request)).answer.refusal).toBe('other-digest');
    expectUntouched();
  });

  it('whose text is not the canonical one is refused, although it says the same', async () => {
    const plan = await configPlan(rig);
    const text = JSON.stringify(plan);
    const request = { ...applyRequest(plan, planId()), plan: text, digest: sha256(text) };
    expect((await rig.ask(request)).answer).toMatchObject({
      refusal: 'bad-request',
      detail: expect.stringMatching(/canonical/),
    });
    expectUntouched();
  });

  it.each<[string, string]>([
    ['a command', '[Service]\nExecStartPre=/bin/sh -c id\n'],
    ['a user', '[Service]\nUser=root\n'],
    ['another section', '[Unit]\nOnFailure=x.service\n'],
    ['a line that goes on', '[Service]\nOOMPolicy=continue\\\nUser=root\n'],
    ['another variable', '[Service]\nEnvironment=LD_PRELOAD=/tmp/x.so\n'],
    [
      'a second variable',
      '[Service]\nEnvironment="GUNICORN_CMD_ARGS=--max-requests 5" LD_PRELOAD=/tmp/x.so\n',
    ],
    ['a configuration of its own', '[Service]\nEnvironment="GUNICORN_CMD_ARGS=--config /tmp/x.py"\n'],
    ['another program', '[Service]\nExecStart=\nExecStart=/bin/sh -c id\n'],
    ['another application', '[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn --workers 2 evil:app\n'],
    ['all privileges', '[Service]\nExecStart=\nExecStart=+/usr/bin/gunicorn --workers 2 app:app\n'],
    [
      'a second start line',
      '[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn --workers 2 app:app\nExecStart=/bin/id\n',
    ],
    ['a specifier', '[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn --workers 2 app:app%n\n'],
    ['so little memory that nothing can run', '[Service]\nMemoryMax=1M\n'],
    ['a key twice', '[Service]\nMemoryMax=64M\nMemoryMax=infinity\n'],
    ['lines before the section', 'OOMPolicy=continue\n[Service]\n'],
  ])('with a drop-in that gives %s is refused', async (_, text) => {
    const plan = await dropInPlan(rig, text);
    rig.takeCalls();
    expect(await applyPlan(rig, planId(), plan)).toMatchObject({ ok: false, refusal: 'not-allowed' });
    expect(existsSync(rig.path(DROP_IN))).toBe(false);
    expectUntouched();
  });

  it.each([
    '# comment\n\n[Service]\nOOMPolicy=continue\nMemoryHigh=200M\nMemoryMax=268435456\n',
    '[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn --workers 4 --max-requests 500 --max-requests-jitter=50 app:app\n',
    '[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn "-w" 3 app:app\n',
    '[Service]\nEnvironment="GUNICORN_CMD_ARGS=--max-requests 500 --max-requests-jitter 50"\n',
  ])('with the drop-in %j is a change that may be made', async text => {
    const { answer } = await rig.verb('check', { plan: applyRequest(await dropInPlan(rig, text), 'x').plan });
    expect(answer).toMatchObject({ ok: true });
    expect((answer.checks as { ok: boolean }[]).filter(one => !one.ok)).toEqual([]);
    expectUntouched();
  });
});
