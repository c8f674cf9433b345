import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openState } from '../../src/adapters/state/open-state.ts';
import type { UnitSample } from '../../src/growth/worker-sample.ts';
import { Random } from '../growth/random.ts';
import type { Goal, Say, Table } from '../part.ts';

/** 10 million samples: so many minutes of so many servers with so many workers. */
const MINUTES = 1_000;
const SERVERS = 200;
const WORKERS = 50;
const DAWN_MS = Date.UTC(2026, 10, 20);
const MINUTE_MS = 60_000;
const LOOKS = 400;
const BOOT = '4f0ad0f2-9c57-4c6e-8f5b-1d2c3b4a5968';
const ROWS = 'a row a sample, PRIMARY KEY (minute, worker), the best such layout';

interface Way {
  readonly name: string;
  put(minute: number, samples: readonly UnitSample[]): Promise<void>;
  /** Puts everything on the disk; answers with bytes. */
  finish(): Promise<number>;
}

/**
 * Storing what the watch samples, minute by minute, beside the best layout with a row for each sample. Staunch's side
 * is the store of the service: each minute is durable, refused when it is there or when the server is no longer ours,
 * and folded when its hour is over; the last, open hour is among what is counted.
 */
export async function measureStorage(
  say: Say,
): Promise<{ readonly table: Table; readonly goals: readonly Goal[] }> {
  say(`${(MINUTES * SERVERS * WORKERS) / 1e6} million samples, stored two ways`);
  const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-samples-'));
  try {
    const clock = { nowMs: () => DAWN_MS };
    let nowMs = DAWN_MS;
    const state = await openState(join(folder, 'state'), { clock: { nowMs: () => nowMs } });
    const ids = Array.from({ length: SERVERS }, (_, at) => `app-${at}`);
    const epochs = await state.leases.claim('bench', ids, clock.nowMs(), 1e10);
    const staunch: Way = {
      name: 'Staunch, folded by unit and hour',
      async put(minute, samples) {
        await Promise.all(samples.map(one => state.samples.put(one, epochs.get(one.server) ?? 0)));
        if (minute % 60 === 5) await state.samples.fold(nowMs);
      },
      async finish() {
        await state.close();
        return bytesOf(join(folder, 'state', 'state.db'));
      },
    };
    const rows = rowWay(join(folder, 'rows.db'));
    const spent = new Map([
      [staunch, 0],
      [rows, 0],
    ]);
    const series = seriesOf(ids);
    for (let minute = 0; minute < MINUTES; minute++) {
      nowMs = DAWN_MS + minute * MINUTE_MS;
      const samples = series(nowMs);
      for (const way of [staunch, rows]) {
        const before = process.cpuUsage();
        await way.put(minute, samples);
        const { user, system } = process.cpuUsage(before);
        spent.set(way, (spent.get(way) ?? 0) + (user + system) / 1e6);
      }
    }
    const lookMs: number[] = [];
    const random = new Random(5);
    for (let look = 0; look < LOOKS; look++) {
      const began = performance.now();
      const server = ids[random.whole(0, SERVERS - 1)] as string;
      const span = { fromMs: nowMs - 86_400_000, toMs: nowMs };
      const lives = await state.samples.lives(server, 'checkout.service', span);
      if (lives.length !== WORKERS) throw new Error(`${lives.length} lives of ${WORKERS} workers`);
      lookMs.push(performance.now() - began);
    }
    const count = MINUTES * SERVERS * WORKERS;
    const of = async (way: Way) => ({
      perSecond: count / (spent.get(way) ?? 0),
      bytes: (await way.finish()) / count,
    });
    const [own, best] = [await of(staunch), await of(rows)];
    const p95 = lookMs.toSorted((a, b) => a - b)[Math.floor(LOOKS * 0.95)] ?? Number.NaN;
    return {
      table: {
        title: `${count / 1e6} million samples, the open hour among them`,
        columns: [
          'million samples a CPU second',
          'bytes a sample',
          'p95 ms, a day of all 50 workers of a server',
        ],
        rows: [
          { name: staunch.name, values: [own.perSecond / 1e6, own.bytes, p95] },
          { name: ROWS, values: [best.perSecond / 1e6, best.bytes, undefined] },
        ],
      },
      goals: [
        {
          what: 'bytes a sample',
          unit: 'bytes',
          measured: own.bytes,
          rival: { name: ROWS, measured: best.bytes },
          bound: { atMost: 1 / 8 },
        },
        {
          what: "bytes a sample, against Prometheus' 1.75",
          unit: 'bytes',
          measured: own.bytes,
          bound: { atMost: 1.3 * 1.75 },
        },
        {
          what: 'samples stored a CPU second',
          unit: 'million',
          measured: own.perSecond / 1e6,
          rival: { name: ROWS, measured: best.perSecond / 1e6 },
          bound: { atLeast: 8 },
        },
        {
          what: 'p95 of the day of one worker (a fiftieth of that of its unit)',
          unit: 'ms',
          measured: p95 / WORKERS,
          bound: { atMost: 0.5 },
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowWay(file: string): Way {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal');
  database.exec(
    'create table sample (minute integer, worker integer, rss integer, primary key (minute, worker)) without rowid',
  );
  const insert = database.prepare('insert into sample values (?, ?, ?)');
  return {
    name: ROWS,
    async put(minute, samples) {
      database.exec('begin');
      let worker = 0;
      for (const { workers } of samples)
        for (const { rssBytes } of workers) insert.run(minute, worker++, rssBytes);
      database.exec('commit');
    },
    async finish() {
      database.close();
      return bytesOf(file);
    },
  };
}

const bytesOf = (file: string) => statSync(file).size;

/** Memory that changes in 55 of 100 minutes, upwards rather than down. */
function seriesOf(ids: readonly string[]): (atMs: number) => readonly UnitSample[] {
  const random = new Random(20_261_122);
  const pages = ids.map(() => Array.from({ length: WORKERS }, () => random.whole(20_000, 60_000)));
  return atMs =>
    ids.map((server, at) => ({
      server,
      service: `service-${at}`,
      unit: 'checkout.service',
      atMs: atMs + (at % 50) * 1_000,
      bootId: BOOT,
      workers: (pages[at] as number[]).map((now, worker) => {
        const next = random.next() < 0.55 ? now + Math.round((random.next() - 0.45) * 200) : now;
        (pages[at] as number[])[worker] = next;
        return { pid: 4_000 + worker, startTicks: 1_000 + worker, rssBytes: next * 4_096 };
      }),
      masterPid: 3_999,
      masterRssBytes: 30_000_000,
      memory: { currentBytes: 900_000_000, maxBytes: 1_000_000_000, oomKills: 0 },
      counts: { requests: 1_000, http502: 0, http504: 0 },
    }));
}
