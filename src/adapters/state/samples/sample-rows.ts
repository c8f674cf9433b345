import type { Kysely } from 'kysely';
import type { UnitSample } from '../../../growth/worker-sample.ts';
import { nextNumber, type Tables } from '../tables.ts';
import { HOUR_MS, MINUTE_MS } from './resolution.ts';

/** A sample on its way into the tables, packed. */
export interface SampleRow {
  readonly server: string;
  readonly unit: string;
  readonly minute: number;
  readonly body: Uint8Array;
  readonly epoch: number;
}

/**
 * Puts a sample in, unless that minute is there, its hour is folded already, or another epoch of the server has
 * begun: one statement decides all of it.
 */
export async function insertSample(db: Kysely<Tables>, row: SampleRow): Promise<boolean> {
  if (await inserted(db, row)) return true;
  // The first sample of a unit; and of one that was forgotten after a long silence.
  return (await madeUnit(db, row)) && inserted(db, row);
}

export async function unitId(db: Kysely<Tables>, server: string, unit: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('watched_unit')
    .select('id')
    .where('server', '=', server)
    .where('unit', '=', unit)
    .executeTakeFirst();
  return row?.id;
}

/** Which hour or minute a moment is in, counted since the epoch. */
export const minuteOf = ({ atMs }: Pick<UnitSample, 'atMs'>) => Math.floor(atMs / MINUTE_MS);
const hourOf = (minute: number) => Math.floor((minute * MINUTE_MS) / HOUR_MS);

async function inserted(db: Kysely<Tables>, row: SampleRow): Promise<boolean> {
  const { server, unit, minute, body, epoch } = row;
  const done = await db
    .insertInto('minute_sample')
    .columns(['unit_id', 'minute', 'body'])
    .expression(eb =>
      eb
        .selectFrom('watched_unit')
        .innerJoin('server_lease', 'server_lease.server', 'watched_unit.server')
        .select(values => ['watched_unit.id', values.val(minute).as('minute'), values.val(body).as('body')])
        .where('watched_unit.server', '=', server)
        .where('watched_unit.unit', '=', unit)
        .where('server_lease.epoch', '=', epoch)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('unit_hour')
                .select('unit_hour.hour')
                .whereRef('unit_hour.unit_id', '=', 'watched_unit.id')
                .where('unit_hour.hour', '=', hourOf(minute)),
            ),
          ),
        ),
    )
    .onConflict(conflict => conflict.doNothing())
    .returning('minute')
    .executeTakeFirst();
  return done !== undefined;
}

/** False when the unit was there. */
async function madeUnit(db: Kysely<Tables>, { server, unit }: SampleRow): Promise<boolean> {
  if ((await unitId(db, server, unit)) !== undefined) return false;
  const id = await nextNumber(db, 'unit');
  await db
    .insertInto('watched_unit')
    .values({ id, server, unit })
    .onConflict(conflict => conflict.doNothing())
    .execute();
  return true;
}
