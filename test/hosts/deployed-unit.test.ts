import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NODE = '/opt/staunch/node_modules/.bin/node';
const PORT = 4555;
/** No tokens: practice mode, whose servers are recordings. */
const PRACTICE = `[Service]
LoadCredential=
Environment=SLACK_BOT_TOKEN_FILE= SLACK_APP_TOKEN_FILE= STAUNCH_PRACTICE_PORT=${PORT} CI=1
`;

/** Types the command as a person does, and prints what Staunch says in the channel once it has come to a verdict. */
const DIAGNOSE = `
const url = 'http://127.0.0.1:${PORT}';
const act = { kind: 'type', channel: 'C0CHECKOUT', text: '/diagnose-502 checkout' };
const headers = { 'Content-Type': 'application/json', Origin: url };
for (let left = 60; ; left--) {
  const sent = await fetch(url + '/practice/act', {
    method: 'POST', headers, body: JSON.stringify({ as: 'U0ANA', act }),
  }).catch(() => undefined);
  // The page opens before Staunch has connected.
  if ((await sent?.json())?.ackMs !== undefined) break;
  if (left === 0) throw new Error('nobody acknowledged the command');
  await new Promise(resolve => setTimeout(resolve, 500));
}
const stream = await fetch(url + '/practice/events?as=U0ANA', { signal: AbortSignal.timeout(60_000) });
let text = '';
for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
  text += chunk;
  const events = text.split('\\n\\n');
  text = events.pop();
  for (const event of events.filter(each => each.startsWith('data: '))) {
    const { messages } = JSON.parse(event.slice(6));
    const verdict = messages.find(one => one.channel === 'C0CHECKOUT' && /CONFIRMED|failed/.test(one.text));
    if (verdict) { console.log(verdict.text); process.exit(0); }
  }
}`;

const KNOCK = `
for (let left = 40; ; left--) {
  const answer = await fetch('http://127.0.0.1:${PORT}/slack/events', { method: 'POST' }).catch(() => undefined);
  if (answer || left === 0) { console.log(answer?.status); process.exit(0); }
  await new Promise(resolve => setTimeout(resolve, 500));
}`;

/** What is installed as docs/deploy.md says; the host has no network to do so by itself. */
async function install(host: Host): Promise<void> {
  const files = ['bin', 'deploy', 'handlers', 'playbooks', 'practice', 'presets', 'src', 'target', 'test'];
  const single = ['package.json', 'manifest.yml', 'staunch.schema.json'];
  const node = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  const library = /libstdc\+\+\S+ => (\S+)/.exec(node)?.[1] ?? '';
  const to = `${join(import.meta.dirname, 'lab', 'lab.sh')} ssh ${host.name}`;
  const pipe = (command: string) =>
    execFileSync('bash', ['-ec', `set -o pipefail; ${command}`], { cwd: ROOT });
  pipe(
    `tar -cf - ${[...files, ...single].join(' ')} node_modules | ${to} 'mkdir -p /opt/staunch && tar -C /opt/staunch -xf -'`,
  );
  pipe(`tar -chf - -C / ${library.slice(1)} | ${to} 'tar -C / -xf -'`);
  await host.root('useradd --system --home-dir /var/lib/staunch --shell /usr/sbin/nologin staunch');
  await host.root('install -d -m 755 /etc/staunch /etc/systemd/system/staunch.service.d');
  await host.feed(
    'cat > /etc/systemd/system/staunch.service',
    readFileSync(join(ROOT, 'deploy/staunch.service'), 'utf8'),
  );
}

await onRealHosts('ns', 'Staunch under its own unit', () => {
  let host: Host;
  beforeAll(async () => {
    host = (await boot('ns', 'deployed'))[0] as Host;
    await install(host);
  }, 300_000);
  afterAll(shutDown);

  async function start(dropIn: string): Promise<void> {
    await host.feed('cat > /etc/systemd/system/staunch.service.d/case.conf', dropIn);
    await host.root('systemctl daemon-reload; systemctl restart staunch');
  }
  const diagnosed = () => host.feed(`${NODE} --input-type=module -`, DIAGNOSE);
  /** Names of the threads of all processes of the service, and how far each stands back. */
  const threads = async () => {
    const ps = 'ps -Lo ni=,comm= -p $(systemctl show -P MainPID staunch)';
    return (await host.root(ps))
      .trim()
      .split('\n')
      .map(line => line.trim().split(/\s+/) as [string, string]);
  };
  const errors = () =>
    host.root('journalctl -u staunch -o cat | grep \'"level":"error"\'', { mayFail: true });

  it('diagnoses, with what investigates behind what answers Slack', async () => {
    await start(PRACTICE);
    expect(await diagnosed()).toContain('OOM');
    const nice = await threads();
    const of = (name: string) => new Set(nice.filter(([, comm]) => comm === name).map(([level]) => level));
    expect(of('investigator')).toEqual(new Set(['10']));
    expect(of('V8Worker')).toEqual(new Set(['10']));
    expect(of('MainThread')).toEqual(new Set(['0']));
    expect(await errors()).toBe('');
  });

  it('diagnoses where the sandbox forbids to step back', async () => {
    await start(`${PRACTICE}SystemCallFilter=~setpriority\n`);
    expect(await diagnosed()).toContain('OOM');
    expect(new Set((await threads()).map(([level]) => level))).toEqual(new Set(['0']));
    expect(await errors()).toBe('');
  });

  it('has a door over HTTP, which ends with it', async () => {
    const keeper = `${NODE} /opt/staunch/test/handlers/door/door-keeper.ts`;
    await start(
      `[Service]\nLoadCredential=\nRestart=no\nEnvironment=PORT=${PORT} SECRET=secret\nExecStart=\nExecStart=${keeper}\n`,
    );
    expect(await host.feed(`${NODE} --input-type=module -`, KNOCK)).toBe('401\n');
    expect(await host.root('pgrep -c staunch-door')).toBe('1\n');
    await host.root('kill -KILL $(systemctl show -P MainPID staunch); sleep 1');
    expect(await host.root('pgrep -c staunch-door', { mayFail: true })).toBe('0\n');
  });
});
