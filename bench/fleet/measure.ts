import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../test/free-port.ts';
import { BenchChild } from '../bench-child.ts';
import { median } from '../contest.ts';
import { deployedEnvironment } from '../deployed-environment.ts';
import { SshdFleet } from '../fanout/fleet-of-sshd.ts';
import { MASTERS, Rivals } from '../fanout/rivals.ts';
import type { Goal, Measured, Part } from '../part.ts';
import { missingOf } from '../programs.ts';
import type { Asked, Spent } from './staunch.ts';

const SERVERS = 1_000;
const REAL = 10;
const MINUTES = 8;
const DIAGNOSES = 20;
const RIVAL_COUNT = 50;
const RIVAL_ROUNDS = 3;

/** A fleet watched minute by minute, and twenty diagnoses at once. */
export const fleetPart: Part = {
  name: 'fleet',
  about: '1,000 servers with 8 workers each watched every minute, 10 of them real sshd; 20 diagnoses at once',
  async measure(say): Promise<Measured> {
    await using stack = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-fleet-'));
    stack.defer(() => rmSync(folder, { recursive: true }));
    const fleet = stack.use(await SshdFleet.start());
    const rivals = stack.use(new Rivals(fleet));

    say('starting servers');
    const hostKey = join(folder, 'host-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
    const port = await freePort('127.0.0.1');
    const addresses = Array.from({ length: SERVERS - REAL }, (_, at) => `127.9.${at >> 8}.${at & 255}`);
    const servers = stack.use(
      await BenchChild.start(join(import.meta.dirname, 'ssh-servers.ts'), {
        ADDRESSES: JSON.stringify(addresses),
        PORT: String(port),
        HOST_KEY: hostKey,
      }),
    );
    const config = join(folder, 'staunch.yml');
    writeFileSync(
      config,
      registryText(fleet, addresses, port, readFileSync(`${hostKey}.pub`, 'utf8').trim()),
    );
    const staunch = stack.use(
      await BenchChild.start(join(import.meta.dirname, 'staunch.ts'), {
        CONFIG: config,
        STATE: join(folder, 'state'),
        ...deployedEnvironment(),
      }),
    );
    const ask = async (asked: Asked) => (await staunch.ask(asked)) as Spent;

    say('the first minute, with all connections and the look for units and logs');
    const first = await ask({ kind: 'minute' });
    const minutes: Spent[] = [];
    const warm: number[] = [];
    const adHoc: number[] = [];
    await rivals.openMasters(RIVAL_COUNT);
    for (let minute = 0; minute < MINUTES; minute++) {
      await servers.ask('minute');
      const spent = await ask({ kind: 'minute' });
      if (spent.silent > 0 || spent.done < SERVERS)
        throw new Error(`${spent.silent} servers were silent, ${spent.done} samples stored.`);
      minutes.push(spent);
      if (minute < RIVAL_ROUNDS) {
        warm.push(await rivalMs(rivals, MASTERS));
        const ansible = rivals.all.find(({ name }) => name.startsWith('Ansible'));
        if (ansible) adHoc.push(await rivalMs(rivals, ansible.name));
      }
    }
    say(`${DIAGNOSES} diagnoses at once`);
    const diagnosed = await ask({
      kind: 'diagnose',
      services: Array.from({ length: DIAGNOSES }, (_, at) => `service-${at * 7}`),
    });
    if (diagnosed.done < DIAGNOSES)
      throw new Error(`Only ${diagnosed.done} of ${DIAGNOSES} diagnoses ended well.`);
    return resultOf({ first, minutes, diagnosed, warm, adHoc });
  },
};

/** Client CPU of one way for each server. */
async function rivalMs(rivals: Rivals, name: string): Promise<number> {
  const rival = rivals.all.find(one => one.name === name);
  const before = rivals.group.usedMs;
  await rival?.ask(RIVAL_COUNT);
  return (rivals.group.usedMs - before) / RIVAL_COUNT;
}

function resultOf(all: {
  readonly first: Spent;
  readonly minutes: readonly Spent[];
  readonly diagnosed: Spent;
  readonly warm: readonly number[];
  readonly adHoc: readonly number[];
}): Measured {
  const { first, minutes, diagnosed, warm, adHoc } = all;
  const middle = (of: keyof Spent) => median(minutes.map(minute => minute[of]));
  const perServer = middle('cpuMs') / SERVERS;
  const most = Math.max(...minutes.map(({ rssBytes }) => rssBytes)) / 2 ** 20;
  const row = (name: string, { cpuMs, wallMs, rssBytes, loopP99Ms, done, silent }: Spent) => ({
    name,
    values: [cpuMs, wallMs, rssBytes / 2 ** 20, loopP99Ms, done, silent],
  });
  const against = (name: string, values: readonly number[], atMost: number): Goal[] =>
    values.length === 0
      ? []
      : [
          {
            what: `CPU a server and minute, reading, storing and judging included, against ${name}`,
            unit: 'ms',
            measured: perServer,
            rival: { name: `${name}, which only fetches 20 KB`, measured: median(values) },
            bound: { atMost },
          },
        ];
  return {
    tables: [
      {
        title: `${SERVERS} servers, ${REAL} of them real`,
        columns: ['CPU ms', 'wall ms', 'RSS MB', 'loop delay p99 ms', 'stored or done', 'silent'],
        rows: [
          row('the first minute: connecting, discovery', first),
          row(`a minute (median of ${MINUTES})`, {
            cpuMs: middle('cpuMs'),
            wallMs: middle('wallMs'),
            rssBytes: middle('rssBytes'),
            loopP99Ms: middle('loopP99Ms'),
            done: middle('done'),
            silent: middle('silent'),
          }),
          row(`${DIAGNOSES} diagnoses at once`, diagnosed),
        ],
      },
    ],
    goals: [
      {
        what: 'CPU of watching 1,000 servers for a minute',
        unit: 'ms',
        measured: middle('cpuMs'),
        bound: { atMost: 3_000 },
      },
      {
        what: 'memory, all connections kept, as deployed',
        unit: 'MB',
        measured: most,
        bound: { atMost: 300 },
      },
      ...against('Ansible ad hoc', adHoc, 1 / 100),
      ...against('OpenSSH, kept connections', warm, 1 / 10),
      {
        what: 'delay of the main thread, p99, while 1,000 servers are read',
        unit: 'ms',
        measured: middle('loopP99Ms'),
        bound: { atMost: 50 },
      },
    ],
    leftOut: missingOf(['ansible']),
  };
}

function registryText(fleet: SshdFleet, addresses: readonly string[], port: number, hostKey: string): string {
  const real = fleet.servers.slice(0, REAL).map(server => ({
    host: server.host,
    port: server.port,
    user: server.user,
    hostKey: server.hostKey.kind === 'key' ? server.hostKey.line : '',
    identityFile: server.identityFile,
  }));
  const identityFile = fleet.servers[0]?.identityFile;
  const simulated = addresses.map(host => ({ host, port, user: 'staunch', hostKey, identityFile }));
  const all = [...simulated, ...real].map((server, at) => [`server-${at}`, server] as const);
  return stringify({
    servers: Object.fromEntries(all),
    services: Object.fromEntries(
      all.map(([id], at) => [`service-${at}`, { unit: 'gunicorn.service', servers: [id] }]),
    ),
  });
}
