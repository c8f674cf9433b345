import type { Kysely } from 'kysely';
import { livingOthers, type Sharing } from './sharing.ts';
import type { Tables } from './tables.ts';

/**
 * Makes this process the one that delivers to every channel in which parcels wait and nobody living delivers
 * yet; lanes of its own where nothing waits any more are given back. A lane stays with its process from its first
 * parcel to its last, so that one channel's parcels are shipped by one process and in order.
 */
export async function takeLanes(db: Kysely<Tables>, sharing: Sharing): Promise<void> {
  const { process } = sharing;
  const waiting = db.selectFrom('outbox').select('channel').where('state', '=', 'waiting');
  await db.deleteFrom('lane').where('process', '=', process).where('channel', 'not in', waiting).execute();
  const taken = db
    .selectFrom('lane')
    .select('channel')
    .where(eb => eb.or([eb('process', '=', process), eb('process', 'in', livingOthers(db, sharing))]));
  await db
    .insertInto('lane')
    .columns(['channel', 'process'])
    .expression(
      waiting
        .where('channel', 'not in', taken)
        .groupBy('channel')
        .select(eb => eb.cast<number>(eb.val(process), 'bigint').as('process'))
        // The same order in every process: none waits for another that waits for it.
        .orderBy('channel'),
    )
    .onConflict(conflict =>
      conflict
        .column('channel')
        .doUpdateSet({ process })
        .where('lane.process', 'not in', livingOthers(db, sharing)),
    )
    .execute();
}

/** The channels that this process delivers to. */
export function lanesOf(db: Kysely<Tables>, { process }: Sharing) {
  return db.selectFrom('lane').select('channel').where('process', '=', process);
}
