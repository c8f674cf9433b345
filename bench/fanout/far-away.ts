import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { join } from 'node:path';
import { loadReadScript } from '../../src/adapters/ssh/read-script.ts';
import { SshSource } from '../../src/adapters/ssh/ssh-source.ts';
import type { Question, ReadVerb } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import { freePort } from '../../test/free-port.ts';
import { type Contestant, contest } from '../contest.ts';
import type { Goal, Say, Table } from '../part.ts';
import { isInstalled, run } from '../programs.ts';
import type { SshdFleet } from './fleet-of-sshd.ts';
import { ansibleSettings } from './rivals.ts';

const EACH_WAY_MS = 25;
const ROUNDS = 5;
const SLOW_ROUNDS = 2;
const STAUNCH = 'Staunch, 6 questions over a standing channel';
const PLAYBOOK = 'Ansible, a playbook of 5 tasks, kept connection';
const COMMANDS = ['cat /proc/meminfo', 'ss -xl', 'date +%s.%N', 'uname -a', 'id; cat /proc/loadavg'] as const;

/** One server behind a relay that holds every byte back for 25 ms each way. */
export async function measureFarAway(
  fleet: SshdFleet,
  say: Say,
): Promise<{ readonly table: Table; readonly goals: readonly Goal[] }> {
  say(`one server ${EACH_WAY_MS} ms away`);
  const [near] = fleet.servers;
  if (near === undefined) throw new Error('no server was started');
  const port = await freePort('127.0.0.1');
  const relay = await delayed(port, near.port);
  const far: Server = { ...near, id: 'far', port };
  const source = new SshSource({ script: await loadReadScript() });
  const limits = { timeoutMs: 20_000, maxBytes: 512 * 1024 };
  const log = join(fleet.folder, 'small-error.log');
  writeFileSync(log, '2026/11/22 10:13:15 [error] 1#1: *1 upstream timed out\n'.repeat(200));
  const range = ['1795341600', '1795345200'];
  const question = (verb: ReadVerb, ...args: string[]): Question => ({ verb, args, limits });
  const one = [question('clock')];
  const six = [
    ...one,
    question('host-memory'),
    question('accept-queue'),
    question('error-log', log, ...range),
    question('cgroup-memory', '/'),
    question('unit-state', 'checkout.service'),
  ];
  const asked = (of: Server, questions: readonly Question[]) => async () => {
    const began = performance.now();
    const answers = await source.ask(of, questions, new AbortController().signal);
    if (answers.some(answer => !answer.ok)) throw new Error(JSON.stringify(answers));
    return { wallMs: performance.now() - began };
  };
  const settings = farSettings(fleet, far);
  const contestants: Contestant<'wallMs'>[] = [
    { name: `${STAUNCH}, without the way`, turn: asked(near, six) },
    { name: STAUNCH, turn: asked(far, six) },
    { name: 'Staunch, one question', turn: asked(far, one) },
    {
      name: 'OpenSSH, kept connection, 6 commands in one call',
      turn: () => run('ssh', ['-F', settings, 'far', COMMANDS.join('; ')]),
    },
    ...(isInstalled('ansible')
      ? [{ name: PLAYBOOK, rounds: SLOW_ROUNDS, turn: playbook(fleet, settings) }]
      : []),
  ];
  try {
    // Opens the connections that all of them keep.
    await asked(near, six)();
    await asked(far, six)();
    await run('ssh', ['-F', settings, 'far', 'true']);
    const medians = await contest(contestants, ROUNDS);
    const wall = (name: string) => medians.get(name)?.wallMs ?? Number.NaN;
    return {
      table: {
        title: `one server, ${2 * EACH_WAY_MS} ms there and back`,
        columns: ['wall ms'],
        rows: [...medians].map(([name, { wallMs }]) => ({ name, values: [wallMs] })),
      },
      goals: [
        {
          what: `wall: 6 questions at ${2 * EACH_WAY_MS} ms there and back, less their own work at the server`,
          unit: 'ms',
          measured: wall(STAUNCH) - wall(`${STAUNCH}, without the way`),
          bound: { atMost: 1.25 * 2 * EACH_WAY_MS },
        },
        ...(isInstalled('ansible')
          ? [
              {
                what: 'wall: 6 questions, their work included',
                unit: 'ms',
                measured: wall(STAUNCH),
                rival: { name: PLAYBOOK, measured: wall(PLAYBOOK) },
                bound: { atMost: 1 / 20 },
              },
            ]
          : []),
      ],
    };
  } finally {
    await run('ssh', ['-F', settings, '-O', 'exit', 'far']).catch(() => undefined);
    await source.close();
    await relay.stop();
  }
}

function farSettings(fleet: SshdFleet, { host, port, hostKey }: Server): string {
  const known = join(fleet.folder, 'known-far');
  writeFileSync(known, hostKey.kind === 'key' ? `[${host}]:${port} ${hostKey.line}\n` : '');
  return fleet.configWith('ssh_config_far', [
    'ControlMaster auto',
    'ControlPersist 600',
    `ControlPath ${fleet.folder}/far-%n`,
    'HostName 127.0.0.1',
    `Port ${port}`,
    `UserKnownHostsFile ${known}`,
  ]);
}

function playbook(fleet: SshdFleet, settings: string): () => Promise<{ readonly wallMs: number }> {
  const path = join(fleet.folder, 'look.yml');
  const tasks = COMMANDS.map(command => `    - ansible.builtin.shell: ${JSON.stringify(command)}\n`);
  writeFileSync(path, `- hosts: far\n  gather_facts: no\n  tasks:\n${tasks.join('')}`);
  const inventory = join(fleet.folder, 'inventory-far');
  writeFileSync(inventory, 'far\n');
  return () =>
    run('ansible-playbook', ['-i', inventory, path], {
      ...process.env,
      ...ansibleSettings(fleet),
      ANSIBLE_SSH_ARGS: `-F ${settings}`,
    });
}

/** A relay on loopback that delays what goes through, each way. */
async function delayed(port: number, to: number): Promise<{ stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, into: Socket) => {
    sockets.add(from);
    from.on('data', bytes => void setTimeout(() => into.writable && into.write(bytes), EACH_WAY_MS));
    from.on('close', () => void setTimeout(() => into.destroy(), EACH_WAY_MS));
    from.on('error', () => into.destroy());
  };
  const listener: Listener = createServer({ noDelay: true }, near => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true });
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>(resolve => listener.listen(port, '127.0.0.1', resolve));
  return {
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => listener.close(resolve));
    },
  };
}
