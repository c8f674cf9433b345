import type { Kysely } from 'kysely';
import type { UnitSample, WorkerLife } from '../../../growth/worker-sample.ts';
import type { Samples, ServiceMinute, Span } from '../../../workflows/sample-ports.ts';
import { GroupedWrites } from '../grouped-writes.ts';
import type { Session } from '../session.ts';
import type { StateDatabase } from '../state-database.ts';
import { StateProblem } from '../state-problem.ts';
import type { Tables } from '../tables.ts';
import { addCounts, type CountRow, countsWithin } from './count-rows.ts';
import { foldAll } from './folding.ts';
import { UnreadableBytes } from './packed-bytes.ts';
import { DAY_MS, HOUR_MS, joinedLives, livesOfSample, MINUTE_MS, type UnitLife } from './resolution.ts';
import { insertSample, minuteOf, type SampleRow, unitId } from './sample-rows.ts';
import { unpackDay } from './unit-day-bytes.ts';
import { unpackHour } from './unit-hour-bytes.ts';
import { packSample, unpackSample } from './unit-sample-bytes.ts';

/** Rows per commit: enough that a thousand servers a minute are a few commits, few enough to be done in some ms. */
const MOST_AT_ONCE = 200;

/**
 * Samples of the open hour as rows, one for a unit and minute; older ones folded into a row for a unit and hour,
 * and later thinned into a row for a unit and day. Reading joins the three.
 */
export class SampleStore implements Samples {
  readonly #session: Session;
  readonly #database: StateDatabase;
  readonly #puts: GroupedWrites<SampleRow, boolean>;
  readonly #counts: GroupedWrites<CountRow, undefined>;

  constructor(session: Session, database: StateDatabase) {
    this.#session = session;
    this.#database = database;
    this.#puts = new GroupedWrites(rows => session.write(db => insertAll(db, rows)), MOST_AT_ONCE);
    this.#counts = new GroupedWrites(rows => session.write(db => addCounts(db, rows)), MOST_AT_ONCE);
  }

  /** A minute of an hour that is folded already is refused too: that hour ended more than five minutes ago. */
  async put(sample: UnitSample, epoch: number): Promise<boolean> {
    const { server, unit } = sample;
    return this.#puts.add({ server, unit, minute: minuteOf(sample), body: packSample(sample), epoch });
  }

  async count(service: string, minute: ServiceMinute): Promise<void> {
    await this.#counts.add({ service, minute });
  }

  async lives(server: string, unit: string, span: Span): Promise<readonly WorkerLife[]> {
    const parts = await this.#read(() =>
      this.#database.snapshot(async db => {
        const id = await unitId(db, server, unit);
        return id === undefined ? [] : partsOf(db, id, { server, unit }, span);
      }),
    );
    return joinedLives(within(parts, span)).map(({ pid, startTicks, bootId, points }) => ({
      server,
      unit,
      pid,
      startTicks,
      bootId,
      points,
    }));
  }

  async last(server: string, unit: string, most: number): Promise<readonly UnitSample[]> {
    const rows = await this.#session.db
      .selectFrom('minute_sample')
      .innerJoin('watched_unit', 'watched_unit.id', 'minute_sample.unit_id')
      .select(['minute', 'body'])
      .where('server', '=', server)
      .where('unit', '=', unit)
      .orderBy('minute', 'desc')
      .limit(most)
      .execute();
    return this.#read(async () => rows.map(row => unpackSample(row.body, row.minute, { server, unit })));
  }

  async minutes(service: string, span: Span): Promise<readonly ServiceMinute[]> {
    return this.#read(() => this.#database.snapshot(db => countsWithin(db, service, span)));
  }

  async fold(nowMs: number): Promise<Readonly<Record<string, number>>> {
    return foldAll(this.#session, nowMs);
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnreadableBytes)) throw error;
      const place = this.#database.calledPlace;
      throw new StateProblem(
        'damaged',
        `${place} holds samples that cannot be read (${error.message}). "staunch state check" says how many; ` +
          `they are dropped at the next full hour, the others are safe.`,
        error,
      );
    }
  }
}

/** In the order of their keys, so that processes which write the same never wait for each other in a circle. */
async function insertAll(db: Kysely<Tables>, rows: readonly SampleRow[]): Promise<readonly boolean[]> {
  const order = rows
    .map((row, index) => ({ row, index, key: `${row.server}\n${row.unit}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.row.minute - b.row.minute));
  const kept = new Array<boolean>(rows.length).fill(false);
  for (const { row, index } of order) kept[index] = await insertSample(db, row);
  return kept;
}

/** All that may have points in the span, the newest form of each first. */
async function partsOf(
  db: Kysely<Tables>,
  id: number,
  name: Pick<UnitSample, 'server' | 'unit'>,
  { fromMs, toMs }: Span,
): Promise<readonly UnitLife[]> {
  const at = (ms: number, sizeMs: number) => Math.floor(ms / sizeMs);
  const minutes = await db
    .selectFrom('minute_sample')
    .select(['minute', 'body'])
    .where('unit_id', '=', id)
    .where('minute', '>=', at(fromMs, MINUTE_MS))
    .where('minute', '<=', at(toMs, MINUTE_MS))
    .execute();
  const hours = await db
    .selectFrom('unit_hour')
    .select(['hour', 'body'])
    .where('unit_id', '=', id)
    .where('hour', '>=', at(fromMs, HOUR_MS))
    .where('hour', '<=', at(toMs, HOUR_MS))
    .execute();
  const days = await db
    .selectFrom('unit_day')
    .select(['day', 'body'])
    .where('unit_id', '=', id)
    .where('day', '>=', at(fromMs, DAY_MS))
    .where('day', '<=', at(toMs, DAY_MS))
    .execute();
  return [
    ...hours.flatMap(row => unpackHour(row.hour, row.body)),
    ...minutes.flatMap(row => livesOfSample(unpackSample(row.body, row.minute, name))),
    ...days.flatMap(row => unpackDay(row.day, row.body)),
  ];
}

function within(lives: readonly UnitLife[], { fromMs, toMs }: Span): readonly UnitLife[] {
  return lives.flatMap(life => {
    const points = life.points.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return points.length === 0 ? [] : [{ ...life, points }];
  });
}
