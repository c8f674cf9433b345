import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { packHour } from '../../../../src/adapters/state/samples/unit-hour-bytes.ts';
import { temporaryState } from '../temporary-state.ts';
import { BOOT, DAWN_MS, HOUR_MS, MINUTE_MS } from './watched.ts';

const UNITS = 50;
const WORKERS = 8;
const HOURS = 20;

const temporary = temporaryState();

/** Pages of a worker's memory, minute by minute: in 55 of 100 minutes it changes, upwards rather than down. */
function* pagesOf(seed: number): Generator<number> {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let pages = 20_000 + Math.floor(random() * 40_000); ; ) {
    if (random() < 0.55) pages += Math.round((random() - 0.45) * 200);
    yield pages;
  }
}

it('a folded sample takes at most an eighth of what the best layout with a row a sample takes', async () => {
  await temporary.make();
  const database = new DatabaseSync(temporary.file);
  try {
    database.exec(`begin;
      create table row_a_sample (minute integer, worker integer, pages integer, primary key (minute, worker))
      without rowid`);
    const addHour = database.prepare('insert into unit_hour values (?, ?, ?)');
    const addRow = database.prepare('insert into row_a_sample values (?, ?, ?)');
    const workers = Array.from({ length: UNITS * WORKERS }, (_, worker) => pagesOf(worker + 1));
    for (let unit = 0; unit < UNITS; unit += 1) {
      database
        .prepare('insert into watched_unit values (?, ?, ?)')
        .run(unit, `web-${unit}`, 'checkout.service');
    }
    for (let hour = 0; hour < HOURS; hour += 1) {
      const minutes = Array.from(
        { length: 60 },
        (_, minute) => DAWN_MS + hour * HOUR_MS + minute * MINUTE_MS,
      );
      const series = workers.map(worker => minutes.map(() => worker.next().value as number));
      for (let unit = 0; unit < UNITS; unit += 1) {
        const lives = Array.from({ length: WORKERS }, (_, index) => ({
          pid: 4_000 + index,
          startTicks: 123_456_789 + unit * 1_000 + index,
          bootId: BOOT,
          points: minutes.map((atMs, minute) => ({
            // The same second of each minute, now and then the next one.
            atMs: atMs + (unit % 50) * 1_000 + (minute % 13 === 0 ? 1_000 : 0),
            rssBytes: (series[unit * WORKERS + index]?.[minute] ?? 0) * 4_096,
          })),
        }));
        addHour.run(unit, DAWN_MS / HOUR_MS + hour, packHour(DAWN_MS / HOUR_MS + hour, lives));
      }
      for (const [minute, atMs] of minutes.entries()) {
        for (let worker = 0; worker < series.length; worker += 1) {
          addRow.run(atMs / MINUTE_MS, worker, series[worker]?.[minute] ?? 0);
        }
      }
    }
    database.exec('commit');
    const bytesOf = (names: string) =>
      Number(database.prepare(`select sum(pgsize) as bytes from dbstat where name like ?`).get(names)?.bytes);
    const samples = UNITS * WORKERS * HOURS * 60;
    const [folded, asRows] = [bytesOf('%unit_hour%') / samples, bytesOf('row_a_sample') / samples];
    expect(folded).toBeLessThan(2.1);
    expect(folded).toBeLessThan(asRows / 8);
  } finally {
    database.close();
  }
});
