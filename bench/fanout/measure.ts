import { setTimeout as wait } from 'node:timers/promises';
import type { ReadScript } from '../../src/adapters/ssh/read-script.ts';
import { SshSource } from '../../src/adapters/ssh/ssh-source.ts';
import type { Question } from '../../src/collectors/question.ts';
import { createMasking } from '../../src/report/masking.ts';
import { type Contestant, contest, type Reading } from '../contest.ts';
import type { Goal, Part, Say, Table } from '../part.ts';
import { missingOf } from '../programs.ts';
import { measureFarAway } from './far-away.ts';
import { ANSWER_BYTES, SshdFleet } from './fleet-of-sshd.ts';
import { LOOP, MASTERS, Rivals } from './rivals.ts';

type Measure = 'wallMs' | 'clientMs' | 'serverMs';
const COUNTS = [1, 10, 50] as const;
const ROUNDS = 5;
const SETTLE_MS = 60;
const WARM = 'Staunch, standing channels';
const COLD = 'Staunch, new connections';
const NEVER = new AbortController().signal;

/** Many servers at once. */
export const fanoutPart: Part = {
  name: 'fanout',
  about: '20 KB from each of 1, 10 and 50 real sshd, and one server 25 ms away',
  async measure(say) {
    await using fleet = await SshdFleet.start();
    await using rivals = new Rivals(fleet);
    await rivals.openMasters(Math.max(...COUNTS));
    const tables: Table[] = [];
    const script = await fleet.scriptWithCat();
    let last: ReadonlyMap<string, Reading<Measure>> = new Map();
    for (const count of COUNTS) {
      last = await measureCount(count, fleet, script, rivals, say);
      tables.push({
        title: `${count} ${count === 1 ? 'server' : 'servers'}, 20 KB each`,
        columns: ['wall ms', 'client CPU ms', 'server CPU ms'],
        rows: [...last].map(([name, { wallMs, clientMs, serverMs }]) => ({
          name,
          values: [wallMs, clientMs, serverMs],
        })),
      });
    }
    const far = await measureFarAway(fleet, say);
    return {
      tables: [...tables, far.table],
      goals: [
        share('wall: warm refresh of 50 servers', last, 'wallMs', WARM, MASTERS, 1 / 5),
        share('client CPU: warm refresh of 50 servers', last, 'clientMs', WARM, MASTERS, 1 / 12),
        share('client CPU: 50 servers over new connections', last, 'clientMs', COLD, LOOP, 1 / 4),
        ...far.goals,
      ],
      leftOut: missingOf(['clush', 'ansible']),
    };
  },
};

/** Staunch in this process: host keys pinned, answers capped, framed and masked, as everywhere. */
async function measureCount(
  count: number,
  fleet: SshdFleet,
  script: ReadScript,
  rivals: Rivals,
  say: Say,
): Promise<ReadonlyMap<string, Reading<Measure>>> {
  say(`${count} at once`);
  const servers = fleet.servers.slice(0, count);
  const mask = createMasking();
  const question = {
    verb: 'bench-cat',
    args: [fleet.file],
    limits: { timeoutMs: 20_000, maxBytes: 512 * 1024 },
  } as unknown as Question;
  const refresh = async (source: SshSource) => {
    const texts = await Promise.all(
      servers.map(async server => {
        const [answer] = await source.ask(server, [question], NEVER);
        if (!answer?.ok) throw new Error(`${server.id}: ${answer?.detail}`);
        return Buffer.from(answer.bytes).toString();
      }),
    );
    checkLength(texts.join('').length, count);
    for (const text of texts) for (const line of text.split('\n')) mask(line);
  };
  const own = async (act: () => Promise<void>): Promise<Reading<Measure>> => {
    const [cpu, server, began] = [process.cpuUsage(), fleet.group.usedMs, performance.now()];
    await act();
    const wallMs = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    await wait(SETTLE_MS);
    return { wallMs, clientMs: (user + system) / 1000, serverMs: fleet.group.usedMs - server };
  };
  const kept = new SshSource({ script });
  await refresh(kept);
  const contestants: Contestant<Measure>[] = [
    ...rivals.all.map(({ name, rounds, ask }) => ({
      name,
      ...(rounds !== undefined && { rounds }),
      turn: async (): Promise<Reading<Measure>> => {
        const [client, server, began] = [rivals.group.usedMs, fleet.group.usedMs, performance.now()];
        const out = await ask(count);
        const wallMs = performance.now() - began;
        await wait(SETTLE_MS);
        checkLength(out.length, count);
        return { wallMs, clientMs: rivals.group.usedMs - client, serverMs: fleet.group.usedMs - server };
      },
    })),
    { name: WARM, turn: () => own(() => refresh(kept)) },
    {
      name: COLD,
      turn: async () => {
        const source = new SshSource({ script });
        const reading = await own(() => refresh(source));
        await source.close();
        return reading;
      },
    },
  ];
  const medians = await contest(contestants, ROUNDS);
  await kept.close();
  return medians;
}

function checkLength(length: number, count: number): void {
  if (length < count * ANSWER_BYTES) throw new Error(`Only ${length} bytes came from ${count} servers.`);
}

function share(
  what: string,
  medians: ReadonlyMap<string, Reading<Measure>>,
  measure: Measure,
  who: string,
  rival: string,
  atMost: number,
): Goal {
  return {
    what,
    unit: 'ms',
    measured: medians.get(who)?.[measure] ?? Number.NaN,
    rival: { name: rival, measured: medians.get(rival)?.[measure] ?? Number.NaN },
    bound: { atMost },
  };
}
