import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Session } from '../session.ts';
import { nextNumber, type Tables } from '../tables.ts';
import { serviceMinuteOf } from './count-rows.ts';
import { thinned } from './envelopes.ts';
import { forgetOlder } from './forgetting.ts';
import { UnreadableBytes } from './packed-bytes.ts';
import { DAY_MS, HOUR_MS, joinedLives, livesOfSample, MINUTE_MS } from './resolution.ts';
import { addedUp, packCounts, unpackCounts } from './service-hour-bytes.ts';
import { packDay, unpackDay } from './unit-day-bytes.ts';
import { packHour, unpackHour } from './unit-hour-bytes.ts';
import { unpackSample } from './unit-sample-bytes.ts';

/** After its end an hour may still get samples that were on their way. */
const GRACE_MS = 5 * MINUTE_MS;
/** How long samples are kept minute by minute. */
const MINUTES_KEPT_MS = 7 * DAY_MS;
/** Units or services per commit: a few ms, so that others get their turn between. */
const SOME = 16;

/** Folds closed hours, thins what is older than a week and forgets what is older than 90 days. */
export async function foldAll(session: Session, nowMs: number): Promise<Readonly<Record<string, number>>> {
  const openMinute = Math.floor((nowMs - GRACE_MS) / HOUR_MS) * (HOUR_MS / MINUTE_MS);
  const minutesFromDay = Math.floor((nowMs - MINUTES_KEPT_MS) / DAY_MS);
  const samples = await inParts(session, await unitsToFold(session.db, openMinute), (db, units) =>
    foldUnits(db, units, openMinute),
  );
  const counts = await inParts(session, await servicesToFold(session.db, openMinute), (db, services) =>
    foldServices(db, services, openMinute),
  );
  const days = await inParts(session, await unitsToThin(session.db, minutesFromDay), (db, units) =>
    thinUnits(db, units, minutesFromDay),
  );
  const forgotten = await session.write(async db => {
    await nextNumber(db, 'chores');
    return forgetOlder(db, nowMs);
  });
  return { samples, counts, days, forgotten };
}

/** Processes that share a state take turns, part by part. */
async function inParts<T>(
  session: Session,
  all: readonly T[],
  work: (db: Kysely<Tables>, some: readonly T[]) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (let begin = 0; begin < all.length; begin += SOME) {
    done += await session.write(async db => {
      await nextNumber(db, 'chores');
      return work(db, all.slice(begin, begin + SOME));
    });
    await setImmediate();
  }
  return done;
}

/** Units with more of closed hours than the sample that stays. */
async function unitsToFold(db: Kysely<Tables>, openMinute: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('minute_sample')
    .select('unit_id')
    .groupBy('unit_id')
    .having(eb => eb.fn.min('minute'), '<', openMinute)
    .having(eb => eb(eb.fn.min('minute'), '<', eb.fn.max('minute')))
    .orderBy('unit_id')
    .execute();
  return rows.map(row => row.unit_id);
}

/**
 * What is deleted here is what is packed here: nothing that arrives meanwhile is lost. The newest sample of each
 * unit stays as it was read.
 */
async function foldUnits(db: Kysely<Tables>, units: readonly number[], openMinute: number): Promise<number> {
  const rows = await db
    .deleteFrom('minute_sample')
    .where('unit_id', 'in', units)
    .where('minute', '<', openMinute)
    .where('minute', '<', eb =>
      eb
        .selectFrom('minute_sample as newer')
        .select(newer => newer.fn.max('newer.minute').as('minute'))
        .whereRef('newer.unit_id', '=', 'minute_sample.unit_id'),
    )
    .returning(['unit_id', 'minute', 'body'])
    .execute();
  const hourOf = ({ minute }: { readonly minute: number }) => Math.floor((minute * MINUTE_MS) / HOUR_MS);
  for (const [unit_id, ofUnit] of Map.groupBy(rows, row => row.unit_id)) {
    for (const [hour, ofHour] of Map.groupBy(ofUnit, hourOf)) {
      const before = await db
        .selectFrom('unit_hour')
        .select('body')
        .where('unit_id', '=', unit_id)
        .where('hour', '=', hour)
        .executeTakeFirst();
      const lives = joinedLives([
        ...(before ? readable(() => unpackHour(hour, before.body)) : []),
        ...ofHour.flatMap(row => readable(() => livesOfSample(unpackSample(row.body, row.minute, UNNAMED)))),
      ]);
      const body = packHour(hour, lives);
      await db
        .insertInto('unit_hour')
        .values({ unit_id, hour, body })
        .onConflict(conflict => conflict.columns(['unit_id', 'hour']).doUpdateSet({ body }))
        .execute();
    }
  }
  return rows.length;
}

/** Lives are kept under the number of their unit. */
const UNNAMED = { server: '', unit: '' };

async function servicesToFold(db: Kysely<Tables>, openMinute: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('service_minute')
    .select('service')
    .where('minute', '<', openMinute)
    .groupBy('service')
    .orderBy('service')
    .execute();
  return rows.map(row => row.service);
}

async function foldServices(
  db: Kysely<Tables>,
  services: readonly string[],
  openMinute: number,
): Promise<number> {
  const rows = await db
    .deleteFrom('service_minute')
    .where('service', 'in', services)
    .where('minute', '<', openMinute)
    .returningAll()
    .execute();
  for (const [service, ofService] of Map.groupBy(rows, row => row.service)) {
    const minutes = ofService.map(serviceMinuteOf);
    for (const [hour, ofHour] of Map.groupBy(minutes, ({ atMs }) => Math.floor(atMs / HOUR_MS))) {
      const before = await db
        .selectFrom('service_hour')
        .select('body')
        .where('service', '=', service)
        .where('hour', '=', hour)
        .executeTakeFirst();
      const body = packCounts(
        hour,
        addedUp([...(before ? readable(() => unpackCounts(hour, before.body)) : []), ...ofHour]),
      );
      await db
        .insertInto('service_hour')
        .values({ service, hour, body })
        .onConflict(conflict => conflict.columns(['service', 'hour']).doUpdateSet({ body }))
        .execute();
    }
  }
  return rows.length;
}

/** What cannot be read is lost already; it must not keep the rest from being folded. */
function readable<T>(unpack: () => readonly T[]): readonly T[] {
  try {
    return unpack();
  } catch (error) {
    if (error instanceof UnreadableBytes) return [];
    throw error;
  }
}

const HOURS_OF_DAY = DAY_MS / HOUR_MS;

async function unitsToThin(db: Kysely<Tables>, fromDay: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('unit_hour')
    .select('unit_id')
    .where('hour', '<', fromDay * HOURS_OF_DAY)
    .groupBy('unit_id')
    .orderBy('unit_id')
    .execute();
  return rows.map(row => row.unit_id);
}

/** @returns how many days were thinned */
async function thinUnits(db: Kysely<Tables>, units: readonly number[], fromDay: number): Promise<number> {
  const rows = await db
    .deleteFrom('unit_hour')
    .where('unit_id', 'in', units)
    .where('hour', '<', fromDay * HOURS_OF_DAY)
    .returningAll()
    .execute();
  let days = 0;
  for (const [unit_id, ofUnit] of Map.groupBy(rows, row => row.unit_id)) {
    for (const [day, ofDay] of Map.groupBy(ofUnit, row => Math.floor(row.hour / HOURS_OF_DAY))) {
      const before = await db
        .selectFrom('unit_day')
        .select('body')
        .where('unit_id', '=', unit_id)
        .where('day', '=', day)
        .executeTakeFirst();
      const lives = joinedLives([
        ...ofDay.flatMap(row => readable(() => unpackHour(row.hour, row.body))),
        ...(before ? readable(() => unpackDay(day, before.body)) : []),
      ]);
      const body = packDay(day, lives.map(thinned));
      await db
        .insertInto('unit_day')
        .values({ unit_id, day, body })
        .onConflict(conflict => conflict.columns(['unit_id', 'day']).doUpdateSet({ body }))
        .execute();
      days += 1;
    }
  }
  return days;
}
