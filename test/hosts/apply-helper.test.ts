import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BLOCK, dropInChange } from '../target/apply/plans.ts';
import { AppliedHost, CONFIG, UNIT } from './applied-host.ts';
import { boot, type Host, inLab, onRealHosts, shutDown } from './lab.ts';

const APP = '/srv/checkout/app.py';
const HELPER = '/usr/libexec/staunch-helper';
const ROOT = { uid: 0, gid: 0 };

await onRealHosts('ns', 'a host with the helper', () => {
  let host: Host;
  let web: AppliedHost;
  let number = 0;
  const planId = () => `plan-${++number}`;
  const show = async (property: string) => (await host.root(`systemctl show -P ${property} ${UNIT}`)).trim();
  const timers = async () =>
    (await host.root("systemctl list-units --plain --no-legend 'staunch-rollback-*.timer'")).trim();
  const healthy = async () =>
    host.load({ path: '/health', requests: 6, atOnce: 2, perSecond: 20, seconds: 20 });

  beforeAll(async () => {
    [host] = (await boot('ns', 'apply')) as [Host];
    web = new AppliedHost(host);
    const installed = await web.enable();
    expect(installed.err + installed.out).toContain('nothing else can be done with the key');
  });
  afterEach(async () => {
    // What a failed test left armed must not fire into the next one.
    for (let at = 1; at <= number; at++)
      await host.root(
        `echo '{"schema":1,"verb":"rollback","unit":"${UNIT}","planId":"plan-${at}","reason":"next"}' | ${HELPER}`,
        { mayFail: true },
      );
  });
  afterAll(async () => {
    web?.remove();
    await shutDown();
  });

  it("is enabled over the administrator's sudo, proved with the key itself, and the same the second time", async () => {
    const again = await web.enable();
    console.log(again.out);
    expect(again.code).toBe(0);
    expect(again.out.match(/^ {2}✓ .*$/gm)).toHaveLength(9);
    expect(again.out).not.toContain('✗');
    expect(again.out).not.toMatch(/^ {2}new /m);
    expect(
      await host.root(`stat -c '%a %U:%G' ${HELPER} /etc/staunch/targets.json /etc/sudoers.d/staunch-helper`),
    ).toBe('755 root:root\n644 root:root\n440 root:root\n');
  });

  it.each([
    ['the helper with an argument', `sudo -n ${HELPER} --help`],
    ['another program', 'sudo -n /usr/bin/id'],
    ['a shell', 'sudo -n /bin/sh -c id'],
    [
      'a copy of the helper',
      `sh -c 'cp ${HELPER} /tmp/staunch-helper; cp ${HELPER} ~/staunch-helper; sudo -n /tmp/staunch-helper || sudo -n ~/staunch-helper'`,
    ],
    ['a variable that Python reads', `sudo -n PYTHONPATH=/tmp ${HELPER}`],
  ])('lets the user of the key not run %s', async (_, command) => {
    const said = await host.root(`runuser -u staunch-apply -- ${command} </dev/null 2>&1; echo ended $?`);
    expect(said).not.toMatch(/uid=0|"ok": true/);
    expect(said).toMatch(/ended 1/);
  });

  it('lets the user that reads not run the helper', async () => {
    const said = await host.root(`runuser -u readonly -- sudo -n ${HELPER} </dev/null 2>&1; echo ended $?`);
    expect(said).toMatch(/a password is required\nended 1/);
  });

  it('refuses the key what ssh itself would offer', async () => {
    const ssh = [
      'ssh',
      '-F',
      'none',
      '-i',
      web.key,
      '-o',
      'BatchMode=yes',
      '-o',
      `UserKnownHostsFile=${web.folder}/known_hosts`,
    ];
    const at = `staunch-apply@${host.address}`;
    const id = await inLab([...ssh, '-n', at, 'id']);
    expect(id.out).toMatch(/bad-request/);
    const forward = await inLab([...ssh, '-n', '-o', 'ExitOnForwardFailure=yes', '-W', '127.0.0.1:22', at]);
    expect(forward.out).not.toMatch(/^SSH-2/);
    const copied = await inLab(['scp', ...ssh.slice(1), `${at}:/etc/shadow`, `${web.folder}/shadow`]);
    expect(copied.code).not.toBe(0);
  });

  it("reloads with Staunch's block under load without one lost request, and keeps it when it is confirmed", async () => {
    const id = planId();
    const before = await show('MainPID');
    const plan = await web.plan();
    const load = host.load({ path: '/health', requests: 400, atOnce: 4, perSecond: 40, seconds: 60 });
    await pause(1500);
    const answer = await web.apply(id, plan);
    expect(answer).toMatchObject({ ok: true, state: 'activated' });
    expect(await timers()).toContain(`staunch-rollback-${id}.timer`);
    expect(await load).toEqual({ '200': 400 });
    expect(await show('MainPID')).toBe(before);
    expect(await web.config()).toContain(BLOCK);
    expect(await web.confirm(id)).toMatchObject({ ok: true, state: 'confirmed' });
    expect(await timers()).toBe('');
    expect(await host.root('journalctl -t staunch-helper -o cat')).toContain(
      `plan ${id} of ${UNIT}: confirmed`,
    );
    const back = await web.rollback(id, 'no better');
    expect(back).toMatchObject({ ok: true, state: 'rolled-back' });
    expect(await web.config()).not.toContain('staunch');
  });

  it('restarts with a drop-in, and takes file, folder and setting away again', async () => {
    const id = planId();
    const before = await show('OOMPolicy');
    const plan = await web.plan({
      ...dropInChange('[Service]\nOOMPolicy=continue\n', ROOT),
      activation: { kind: 'restart' },
    });
    expect(await web.apply(id, plan)).toMatchObject({ ok: true, state: 'activated' });
    expect(await show('OOMPolicy')).toBe('continue');
    expect(await web.rollback(id, 'no')).toMatchObject({ ok: true, state: 'rolled-back' });
    expect([await show('OOMPolicy'), await show('DropInPaths'), await show('NeedDaemonReload')]).toEqual([
      before,
      '',
      'no',
    ]);
    expect(await host.root(`ls /etc/systemd/system/${UNIT}.d`, { mayFail: true })).toBe('');
  });

  it('changes the numbers of the start line and of nothing else', async () => {
    const command = '/usr/bin/gunicorn --config /srv/checkout/gunicorn.conf.py';
    const line = (words: string) =>
      dropInChange(`[Service]\nExecStart=\nExecStart=${command} ${words}\n`, ROOT);
    const evil = await web.plan({ ...line('--max-requests 500 evil:app'), activation: { kind: 'restart' } });
    expect(await web.apply(planId(), evil)).toMatchObject({
      ok: false,
      kind: 'refused',
      refusal: 'not-allowed',
    });
    const id = planId();
    const plan = await web.plan({ ...line('--max-requests 500 app:app'), activation: { kind: 'restart' } });
    expect(await web.apply(id, plan)).toMatchObject({ ok: true, state: 'activated' });
    expect(await host.root(`tr '\\0' ' ' </proc/$(systemctl show -P MainPID ${UNIT})/cmdline`)).toContain(
      '--max-requests 500 app:app',
    );
    expect(await web.rollback(id, 'no')).toMatchObject({ ok: true, state: 'rolled-back' });
  });

  it('makes memory limits known by daemon-reload alone, without a restart', async () => {
    const main = await show('MainPID');
    const change = dropInChange('[Service]\nMemoryMax=300M\n', ROOT);
    const id = planId();
    const plan = await web.plan({ ...change, activation: { kind: 'daemon-reload' } });
    expect(await web.apply(id, plan)).toMatchObject({ ok: true, state: 'activated' });
    expect(await show('MemoryMax')).toBe(String(300 << 20));
    expect(await web.rollback(id, 'no')).toMatchObject({ ok: true, state: 'rolled-back' });
    expect([await show('MemoryMax'), await show('MainPID')]).toEqual([String(224 << 20), main]);
  });

  it('never reloads a configuration that Python cannot read', async () => {
    const main = await show('MainPID');
    const text = await host.root(`cat ${CONFIG}`);
    await host.feed(`cat > ${CONFIG}`, `${text}bind = (\n`);
    try {
      const answer = await web.apply(planId(), await web.plan());
      expect(answer).toMatchObject({ ok: false, kind: 'refused', refusal: 'check-failed' });
      expect(await show('MainPID')).toBe(main);
      expect(await healthy()).toEqual({ '200': 6 });
    } finally {
      await host.feed(`cat > ${CONFIG}`, text);
    }
  });

  it('brings the service back with the old file when the application does not import with the new one', async () => {
    const before = await web.config();
    const app = await host.root(`cat ${APP}`);
    await host.feed(
      `cat > ${APP}`,
      `${app}\nif "staunch" in open("${CONFIG}").read():\n    raise ImportError("no")\n`,
    );
    try {
      const answer = await web.apply(planId(), await web.plan());
      expect(answer).toMatchObject({ ok: true, state: 'rolled-back' });
      expect(answer.ok && answer.detail).toMatch(/main process of checkout.service .* ended/);
      expect(await web.config()).toBe(before);
      expect(await show('ActiveState')).toBe('active');
      expect(await healthy()).toEqual({ '200': 6 });
    } finally {
      await host.feed(`cat > ${APP}`, app);
    }
  });

  it('says that the service is down when the application imports with no configuration at all', async () => {
    const before = await web.config();
    const app = await host.root(`cat ${APP}`);
    await host.feed(`cat > ${APP}`, 'raise ImportError("gone")\n');
    try {
      const answer = await web.apply(planId(), await web.plan());
      expect(answer).toMatchObject({ ok: true, state: 'failed' });
      expect(answer.ok && answer.detail).toMatch(/Not all is as it was: the old files are back, but/);
      expect(await web.config()).toBe(before);
    } finally {
      await host.feed(`cat > ${APP}`, app);
      await host.root(`systemctl reset-failed ${UNIT}; systemctl restart ${UNIT}`);
    }
    expect(await healthy()).toEqual({ '200': 6 });
  });

  it("with Gunicorn's own check allowed does not touch a service whose application no longer imports", async () => {
    expect((await web.enable('--check-config')).code).toBe(0);
    const main = await show('MainPID');
    const app = await host.root(`cat ${APP}`);
    await host.feed(`cat > ${APP}`, 'raise ImportError("gone")\n');
    try {
      const answer = await web.apply(planId(), await web.plan());
      expect(answer).toMatchObject({ ok: false, kind: 'refused', refusal: 'check-failed' });
      expect(!answer.ok && answer.detail).toMatch(/gunicorn --check-config: .*ImportError: gone/);
      expect(await show('MainPID')).toBe(main);
      expect(await healthy()).toEqual({ '200': 6 });
    } finally {
      await host.feed(`cat > ${APP}`, app);
    }
    const id = planId();
    expect(await web.apply(id, await web.plan())).toMatchObject({ ok: true, state: 'activated' });
    expect(await web.rollback(id, 'next')).toMatchObject({ ok: true, state: 'rolled-back' });
  });

  it('takes a change back by itself when nobody confirms it', async () => {
    const before = await web.config();
    const id = planId();
    const answer = await web.apply(id, await web.plan({ confirmWithinSeconds: 10 }));
    expect(answer).toMatchObject({ ok: true, state: 'activated' });
    // Nothing is asked meanwhile: a call would take it back as well.
    const record = `/var/lib/staunch/plans/${id}/record.json`;
    for (let tries = 0; tries < 120; tries++) {
      if ((await host.root(`cat ${record}`)).includes('"stage": "rolled-back"')) break;
      await pause(500);
    }
    expect(await host.root(`cat ${record}`)).toContain('it was not confirmed within 10 s');
    expect(await web.config()).toBe(before);
    expect(await healthy()).toEqual({ '200': 6 });
    expect(await web.confirm(id)).toMatchObject({ ok: true, state: 'rolled-back' });
  });

  it('takes it back after a restart of the server, which takes the timer away', async () => {
    const before = await web.config();
    const id = planId();
    expect(await web.apply(id, await web.plan())).toMatchObject({ ok: true, state: 'activated' });
    // As after a reboot that took longer than was left: no timer, another boot, a time in the past.
    await host.root(`systemctl stop staunch-rollback-${id}.timer`);
    await host.root(
      `sed -i -E 's/"bootId": "[^"]*"/"bootId": "another"/; s/"wallMs": [0-9]+/"wallMs": 1/' /var/lib/staunch/plans/${id}/record.json`,
    );
    expect(await host.root('systemctl is-enabled staunch-helper-overdue.service')).toBe('enabled\n');
    await host.root('systemctl start staunch-helper-overdue.service');
    expect(await web.config()).toBe(before);
    expect(await web.status(id)).toMatchObject({ ok: true, state: 'rolled-back' });
    expect(await healthy()).toEqual({ '200': 6 });
  });

  it('recycles one worker under load without one lost request', async () => {
    const state = await web.state();
    const worker = state.ok ? state.workers[0]! : undefined;
    const { pid = 0, startTicks = 0 } = worker ?? {};
    const plan = await web.plan({
      remedy: 'recycle-worker',
      changes: [],
      activation: { kind: 'recycle-worker', pid, startTicks },
    });
    const load = host.load({ path: '/slow?s=0.05', requests: 300, atOnce: 4, perSecond: 30, seconds: 60 });
    await pause(1500);
    const answer = await web.apply(planId(), plan);
    expect(answer).toMatchObject({
      ok: true,
      state: 'confirmed',
      detail: `worker ${pid} has left, 3 workers run`,
    });
    expect(await load).toEqual({ '200': 300 });
  });
});
