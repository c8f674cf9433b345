import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { doctor, type LocalMachine } from '../../../handlers/terminal/doctor.ts';
import { serverTest } from '../../../handlers/terminal/server-test.ts';
import { type Answers, aTerminal, HEALTHY, notReached, registryInMemory } from './server-terminal.ts';

const file = (user: string) =>
  `servers:\n  web-1: { host: 10.0.0.5, user: ${user} }\nservices:\n  checkout: { unit: checkout.service, servers: [web-1] }\n`;

/**
 * What the `access` verb answers to a user, from what commands of the same reach really gave that user
 * (`smaps_rollup` is as closed as `environ`: both want the rights of a debugger).
 */
function accessOf(user: string): string {
  const capture = readFileSync(
    new URL('../../fixtures/access/trixie-permissions.txt', import.meta.url),
    'utf8',
  );
  const section = capture.split(/^### user /m).find(part => part.startsWith(`${user}\n`)) ?? '';
  const checks: [string, RegExp, string][] = [
    ['journal', /^\$ journalctl -u/, ''],
    ['kernel-log', /^\$ journalctl -k/, ''],
    ['dmesg', /^\$ dmesg/, ''],
    ['nginx-error-log', /^\$ tail/, '/var/log/nginx/error.log'],
    ['systemd', /^\$ systemctl show/, ''],
    ['cgroup', /^\$ cat \/sys/, ''],
    ['process-table', /grep VmRSS/, ''],
    ['gunicorn-environment', /smaps_rollup/, 'The environment of process 1438 is closed.'],
  ];
  return checks
    .map(([name, command, detail]) => {
      const answer = section.split(/^(?=\$ )/m).find(part => command.test(part)) ?? '';
      const denied = /No entries|not permitted|Permission denied/.test(answer);
      const state = answer === '' ? 'absent' : denied ? 'denied' : 'ok';
      return ['check', name, state, state === 'denied' || name.endsWith('log') ? detail : ''].join('\t');
    })
    .join('\n');
}

async function tested(user: string) {
  const terminal = aTerminal({
    registry: registryInMemory(file(user)),
    answers: { ...HEALTHY, access: accessOf(user) },
  });
  return { exit: await serverTest({}, terminal.context), ...terminal.shown };
}

describe('staunch server test', () => {
  it.each(['readonly', 'ops'])(
    'says of the captured user %s that everything needed can be read',
    async user => {
      const { exit, out } = await tested(user);
      expect(exit).toBe(0);
      expect(out).not.toContain('CANNOT READ');
      expect(out).toContain(
        'closed  dmesg\n      without it: nothing, while the journal holds the kernel log\n',
      );
      expect(out).toContain('closed  gunicorn-environment (');
    },
  );

  it('tells the captured user limited each thing that is denied, with the command that grants it', async () => {
    const { exit, out } = await tested('limited');
    expect(exit).toBe(3);
    expect(out).toBe(`web-1  limited@10.0.0.5
  host key   verified (/home/ana/.ssh/known_hosts)
  versions   systemd 252, nginx 1.22.1, gunicorn 20.1.0, python 3.11.2, kernel 6.1.0-26-amd64
  clock      0.22 s ahead of this machine (± 0.01 s), Europe/Berlin
  units      checkout.service
  can read   systemd
             cgroup
             process-table
  CANNOT READ  journal
      without it: the app's and systemd's own words
      run: sudo usermod -aG adm,systemd-journal limited
      A group counts from the next login on.
  CANNOT READ  kernel-log
      without it: OOM kills and crashes: the cause of most bursts of 502s
      run: sudo usermod -aG adm,systemd-journal limited
      A group counts from the next login on.
  closed  dmesg
      without it: nothing, while the journal holds the kernel log
      The kernel log is read from the journal instead; with dmesg_restrict=1 only root may use dmesg.
  CANNOT READ  nginx-error-log (/var/log/nginx/error.log)
      without it: NGINX's reason for each 502
      run: sudo usermod -aG adm limited
      or:  sudo setfacl -m u:limited:rx,d:u:limited:r /var/log/nginx && sudo setfacl -m u:limited:r /var/log/nginx/*.log
      The first where the logs belong to group adm (Debian, Ubuntu), the second elsewhere; see ls -l /var/log/nginx. A group counts from the next login on.
  closed  gunicorn-environment (The environment of process 1438 is closed.)
      without it: settings given in GUNICORN_CMD_ARGS or WEB_CONCURRENCY by other means than the unit file
      Only the app's own user may read it. Reading as that user is not recommended: a stolen key could then change the app.

`);
  });

  it.each([
    ['cannot be reached', 'unreachable', 4, 'NOT REACHED: no route'],
    ['refuses the login', 'login-refused', 4, 'LOGIN REFUSED: no route'],
    ['shows another host key', 'host-key', 5, 'HOST KEY REFUSED: no route'],
    ['answers nothing in time and is gone', 'connection-lost', 4, 'CONNECTION LOST: no route'],
  ] as const)('says of a server that %s', async (_, reason, exit, text) => {
    const { context, shown } = aTerminal({
      registry: registryInMemory(file('a')),
      answers: { 'web-1': notReached(reason, 'no route') },
    });
    expect(await serverTest({ id: 'web-1' }, context)).toBe(exit);
    expect(shown.out).toContain(text);
  });

  it('does not call a server fine that answers nothing about what may be read', async () => {
    const { context, shown } = aTerminal({
      registry: registryInMemory(file('a')),
      answers: { ...HEALTHY, access: notReached('timed-out', 'no answer in 10 s') },
    });
    expect(await serverTest({}, context)).toBe(3);
    expect(shown.out).toContain('no answer  access: no answer in 10 s');
  });

  it('asks about each unit of the server once, and tells shared findings once', async () => {
    const two = `${file('a')}  cart: { unit: cart.service, servers: [web-1] }\n  again: { unit: cart.service, servers: [web-1] }\n`;
    const { context, shown } = aTerminal({ registry: registryInMemory(two), answers: HEALTHY });
    await serverTest({}, context);
    expect(shown.asked.filter(each => each.includes('access'))).toEqual([
      'web-1 access checkout.service',
      'web-1 access cart.service',
    ]);
    expect(shown.out.match(/kernel-log/g)).toHaveLength(1);
  });

  it('does not hold against a bastion what nobody reads there', async () => {
    const { context, shown } = aTerminal({
      registry: registryInMemory('servers:\n  bastion: { host: b }\n'),
      answers: { ...HEALTHY, access: 'check\tkernel-log\tdenied\n' },
    });
    expect(await serverTest({}, context)).toBe(0);
    expect(shown.out).toContain('No service is registered on it');
  });

  it('suggests the server that was meant', async () => {
    const { context, shown } = aTerminal({ registry: registryInMemory(file('a')) });
    expect(await serverTest({ id: 'wbe-1' }, context)).toBe(2);
    expect(shown.err).toBe('There is no server "wbe-1" in staunch.yml; did you mean web-1?\n');
  });

  it('warns about a clock that is off, and shows a server that answers in control characters harmlessly', async () => {
    const answers: Answers = {
      ...HEALTHY,
      clock: 'epoch=1795316000 utc_offset=-0330\n',
      access: 'check\tkernel-log\tok\t\u001b]0;x\u0007\n',
    };
    const { context, shown } = aTerminal({ registry: registryInMemory(file('a')), answers });
    await serverTest({}, context);
    expect(shown.out).toContain('399.53 s behind this machine (± 0.51 s), UTC-03:30; check NTP on both');
    expect(shown.out).toContain('kernel-log (\\x1b]0;x\\x07)');
  });

  it('lets the worst server decide the exit code, and tells all of them in order', async () => {
    const registry = registryInMemory(
      'servers:\n  a: { host: a }\n  b: { host: b }\n  c: { host: c }\nservices:\n  s: { unit: s.service, servers: [a, b, c] }\n',
    );
    const answers: Answers = {
      ...HEALTHY,
      'a access': 'check\tkernel-log\tdenied\n',
      b: notReached('unreachable', 'refused'),
    };
    const { context, shown } = aTerminal({ registry, answers });
    expect(await serverTest({}, context)).toBe(4);
    expect(shown.out.match(/^[abc] {2}/gm)).toEqual(['a  ', 'b  ', 'c  ']);
  });
});

describe('staunch doctor', () => {
  const machine: LocalMachine = {
    nodeVersion: '24.21.0',
    keyFile: async () => ({ state: 'fine', mode: '0600' }),
    agent: async () => ({ state: 'answers', keys: 1 }),
  };
  const run = async (
    over: Partial<LocalMachine>,
    text: string | undefined = file('a'),
    answers = HEALTHY,
  ) => {
    const { context, shown } = aTerminal({ registry: registryInMemory(text), answers });
    return { exit: await doctor({ ...context, machine: { ...machine, ...over } }), ...shown };
  };

  it('finds a healthy machine and fleet fine', async () => {
    const { exit, out } = await run({});
    expect(exit).toBe(0);
    expect(out.split('\n').slice(0, 5)).toEqual([
      'ok     Node 24.21.0',
      'ok     staunch.yml: 1 server, 1 service',
      expect.stringMatching(/^note {3}checkout: no channel, so nobody is told of what the watch sees there/),
      'ok     ssh-agent of SSH_AUTH_SOCK (for web-1): holds 1 key',
      '',
    ]);
  });

  it.each<[string, Partial<LocalMachine>, string, string]>([
    ['an old Node', { nodeVersion: '22.1.0' }, file('a'), 'WRONG  Node 22.1.0: Staunch needs 24 or newer'],
    [
      'an agent without keys',
      { agent: async () => ({ state: 'answers', keys: 0 }) },
      file('a'),
      'WRONG  ssh-agent of SSH_AUTH_SOCK (for web-1): holds no key. Load the read key: ssh-add ~/.ssh/staunch_read',
    ],
    [
      'no agent',
      { agent: async () => ({ state: 'none', detail: 'SSH_AUTH_SOCK is not set' }) },
      file('a'),
      'WRONG  ssh-agent of SSH_AUTH_SOCK (for web-1): SSH_AUTH_SOCK is not set. Start one',
    ],
    [
      'a key others can read',
      { keyFile: async () => ({ state: 'loose', mode: '0644' }) },
      'servers:\n  a: { host: a, identityFile: /k }\n',
      'WRONG  key /k (for a): mode 0644 lets other users read it. Run: chmod 600 /k',
    ],
    [
      'a key that is not there',
      { keyFile: async () => ({ state: 'absent', detail: 'there is no such file' }) },
      'servers:\n  a: { host: a, identityFile: /k }\n',
      'WRONG  key /k (for a): there is no such file. Correct identityFile',
    ],
  ])('finds %s', async (_, over, text, line) => {
    const { exit, out } = await run(over, text);
    expect(exit).toBe(3);
    expect(out).toContain(line);
  });

  it('checks no agent where every server has a key file', async () => {
    const { out } = await run(
      {},
      'servers:\n  a: { host: a, identityFile: /k }\n  b: { host: b, identityFile: /k }\n',
    );
    expect(out).toContain('ok     key /k (for a, b): mode 0600');
    expect(out).not.toContain('ssh-agent');
  });

  it('asks no server while staunch.yml is wrong, and says what is', async () => {
    const { exit, err, asked } = await run({}, 'servers:\n  a: { hots: a }\n');
    expect(exit).toBe(2);
    expect(asked).toEqual([]);
    expect(err).toContain('staunch.yml:2:8: servers.a.hots is not a field here; did you mean host?');
  });
});
