import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SshOperator } from '../../../src/adapters/ssh/ssh-operator.ts';
import { serverPlanDigest } from '../../../src/remediation/plan-digest.ts';
import { freePort } from '../../free-port.ts';
import { CONFIG, CONFIG_TEXT, UNIT } from '../../target/apply/helper-rig.ts';
import { BLOCK } from '../../target/apply/plans.ts';
import { HelperSshd } from './helper-sshd.ts';

let target: HelperSshd;
let operator: SshOperator;
let number = 0;
beforeAll(async () => {
  target = new HelperSshd();
  await target.start();
  operator = new SshOperator();
});
afterEach(() => target.files.write(CONFIG, CONFIG_TEXT));
afterAll(async () => {
  await operator.close();
  await target.stop();
});

const planId = () => `plan-${++number}`;
const requestOf = async (change = {}) => {
  const plan = await target.plan(change);
  return { planId: planId(), digest: serverPlanDigest(plan), plan };
};

/** An sshd whose command is not the helper but this shell text. */
async function serverThatRuns(text: string) {
  const path = join(target.ssh.folder, `command-${++number}`);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  const sshd = await target.ssh.sshd({ keyOptions: `restrict,command="${path}"` });
  return target.ssh.server(sshd, { apply: { user: target.ssh.user, identityFile: target.ssh.keyFile } });
}

describe('an operator', () => {
  it('looks, checks, applies, confirms and takes back', async () => {
    const server = target.server();
    const state = await operator.state(server, UNIT);
    expect(state).toMatchObject({ ok: true, hostKey: target.fingerprint, workers: [{}, {}] });
    const request = await requestOf();
    const checked = await operator.check(server, request.plan);
    expect(checked).toMatchObject({ ok: true });
    expect(checked.ok && checked.checks.filter(one => !one.ok)).toEqual([]);
    expect(await operator.apply(server, request)).toMatchObject({ ok: true, state: 'activated' });
    expect(target.files.read(CONFIG)).toBe(CONFIG_TEXT + BLOCK);
    expect(await operator.status(server, UNIT, request.planId)).toMatchObject({
      ok: true,
      state: 'activated',
    });
    expect(await operator.confirm(server, UNIT, request.planId)).toMatchObject({
      ok: true,
      state: 'confirmed',
    });
    expect(await operator.rollback(server, UNIT, request.planId, 'worse\n'.repeat(500))).toMatchObject({
      ok: true,
      state: 'rolled-back',
    });
    expect(target.files.read(CONFIG)).toBe(CONFIG_TEXT);
  });

  it('tells what the helper refuses', async () => {
    const request = await requestOf();
    const refused = await operator.apply(target.server(), { ...request, digest: 'a'.repeat(64) });
    expect(refused).toMatchObject({ ok: false, kind: 'refused', refusal: 'other-digest' });
    expect(await operator.state(target.server(), 'other.service')).toMatchObject({
      kind: 'refused',
      refusal: 'not-allowed',
    });
    expect(await operator.status(target.server(), UNIT, 'nobody')).toMatchObject({
      kind: 'refused',
      refusal: 'unknown-plan',
    });
  });

  it('recycles a worker by the verb of its own', async () => {
    const state = await operator.state(target.server(), UNIT);
    const worker = state.ok ? state.workers[0]! : undefined;
    const request = await requestOf({
      changes: [],
      remedy: 'recycle-worker',
      activation: { kind: 'recycle-worker', pid: worker!.pid, startTicks: worker!.startTicks },
    });
    const answer = await operator.apply(target.server(), request);
    expect(answer).toMatchObject({ ok: true, state: 'confirmed' });
    expect(answer.ok && answer.workers.map(one => one.pid)).not.toContain(worker!.pid);
  });

  it('sends nothing to a server with another host key than that of the plan', async () => {
    const request = await requestOf({ hostKey: `SHA256:${'A'.repeat(43)}` });
    target.files.takeCalls();
    const answer = await operator.apply(target.server(), request);
    expect(answer).toMatchObject({ ok: false, kind: 'not-reached' });
    expect(!answer.ok && answer.detail).toMatch(/Nothing was sent/);
    expect(target.files.takeCalls()).toEqual([]);
  });

  it.each([
    ['has no apply key', () => ({ apply: undefined }), /no applyIdentityFile/],
    [
      'has another host key than the known one',
      () => ({ hostKey: { kind: 'fingerprint', sha256: `SHA256:${'B'.repeat(43)}` } }),
      /The registry expects/,
    ],
    [
      'does not know the key',
      () => ({ apply: { user: target.ssh.user, identityFile: '/nonexistent/key' } }),
      /cannot be used/,
    ],
    [
      'does not know the user',
      () => ({ apply: { user: 'nobody-of-this-name', identityFile: target.ssh.keyFile } }),
      /accepted none of the keys/,
    ],
    ['is not there', () => ({ port: 1 }), /Nothing listens/],
  ] as const)('knows that nothing happened where the server %s', async (_, change, detail) => {
    const { apply: __, ...bare } = target.server();
    const changed = change();
    const server =
      'apply' in changed && changed.apply === undefined ? bare : { ...target.server(), ...changed };
    const answer = await operator.apply(server as ReturnType<typeof target.server>, await requestOf());
    expect(answer).toMatchObject({ ok: false, kind: 'not-reached' });
    expect(!answer.ok && answer.detail).toMatch(detail);
    expect(target.files.read(CONFIG)).toBe(CONFIG_TEXT);
  });

  it.each([
    [
      'sudo refuses it',
      'cat >/dev/null; echo "sudo: a password is required" >&2; exit 1',
      'not-reached',
      /a password is required/,
    ],
    ['the helper is not installed', 'exit 127', 'not-reached', /did not run/],
    ['the helper is killed', 'kill -KILL $$', 'unknown', /connection broke|ended/],
    [
      'the helper dies of an error',
      'cat >/dev/null; echo oops >&2; exit 70',
      'unknown',
      /ended with 70 \(oops\)/,
    ],
    ['the answer is cut', 'cat >/dev/null; printf \'{"schema":1,"ok":tr\'', 'unknown', /cannot be read/],
    ['the answer is empty', 'cat >/dev/null', 'unknown', /cannot be read/],
    [
      'the answer lacks a field',
      'cat >/dev/null; echo \'{"schema":1,"ok":true,"state":"activated"}\'',
      'unknown',
      /wrong at/,
    ],
    [
      'the answer is whole, but its end is an error',
      'cat >/dev/null; echo \'{"schema":1,"ok":false,"refusal":"stale","detail":"x"}\'; exit 1',
      'unknown',
      /ended with 1/,
    ],
    ['the answer never ends', 'cat >/dev/null; exec cat /dev/zero', 'unknown', /longer than/],
    ['nothing is answered', 'exec sleep 60', 'unknown', /time for it was over/],
    [
      'a refusal holds terminal sequences',
      'cat >/dev/null; printf \'{"schema":1,"ok":false,"refusal":"stale","detail":"\\\\u001b[2Jx"}\'',
      'refused',
      /\\x1b\[2Jx/,
    ],
  ])('says what is known when %s', async (_, text, kind, detail) => {
    const server = await serverThatRuns(text);
    const impatient = new SshOperator({ changeTimeoutMs: 4000, lookTimeoutMs: 4000 });
    const state = await impatient.status(server, UNIT, planId());
    expect(state).toMatchObject({ ok: false, kind });
    expect(!state.ok && state.detail).toMatch(detail);
  });

  it('ends by its deadline where a server accepts and says nothing, and nothing was sent', async () => {
    const silent: NetServer = createServer(() => {});
    const port = await freePort('127.0.0.1');
    await new Promise<void>(resolve => silent.listen(port, '127.0.0.1', resolve));
    try {
      const impatient = new SshOperator({ changeTimeoutMs: 800 });
      const answer = await impatient.apply(target.server({ port }), await requestOf());
      expect(answer).toMatchObject({ ok: false, kind: 'not-reached' });
    } finally {
      silent.close();
    }
  });

  it('gives up what is under way when it is closed', async () => {
    const server = await serverThatRuns('exec sleep 60');
    const closing = new SshOperator();
    const answer = closing.status(server, UNIT, 'plan');
    await closing.close();
    expect((await answer).ok).toBe(false);
  });
});
