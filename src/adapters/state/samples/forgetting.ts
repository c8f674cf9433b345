import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './resolution.ts';

/** How long envelopes and counts are kept, and the last sample of a unit that is seen no more. */
const KEPT_MS = 90 * DAY_MS;

/** Deletes what is older; answers with how many rows went. */
export async function forgetOlder(db: Kysely<Tables>, nowMs: number): Promise<number> {
  const beforeMs = nowMs - KEPT_MS;
  const deletions = [
    db.deleteFrom('unit_day').where('day', '<', Math.floor(beforeMs / DAY_MS)),
    db.deleteFrom('minute_sample').where('minute', '<', Math.floor(beforeMs / MINUTE_MS)),
    db.deleteFrom('service_hour').where('hour', '<', Math.floor(beforeMs / HOUR_MS)),
    db.deleteFrom('server_lease').where('expires_at_ms', '<', beforeMs),
    db.deleteFrom('watcher').where('expires_at_ms', '<', beforeMs),
  ];
  let forgotten = 0;
  for (const deletion of deletions) {
    forgotten += Number((await deletion.executeTakeFirst()).numDeletedRows);
  }
  return forgotten + (await units(db));
}

/** Units that nothing is kept of any more. */
async function units(db: Kysely<Tables>): Promise<number> {
  const gone = await db
    .deleteFrom('watched_unit')
    .where(({ and, not, exists, selectFrom }) =>
      and(
        (['minute_sample', 'unit_hour', 'unit_day'] as const).map(table =>
          not(
            exists(
              selectFrom(table)
                .select(`${table}.unit_id`)
                .whereRef(`${table}.unit_id`, '=', 'watched_unit.id'),
            ),
          ),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}
