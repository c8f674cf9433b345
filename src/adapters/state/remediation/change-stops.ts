import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import type { Decision } from './decision.ts';

export interface ChangeStop {
  readonly by: string;
  readonly why: string;
  readonly atMs: number;
}

type Deciding = Pick<ChangeStop, 'why'> & { readonly person: string };

/** Present while changes are stopped. */
export async function stopOf(db: Kysely<Tables>): Promise<ChangeStop | undefined> {
  return db.selectFrom('change_stop').select(['stopped_by as by', 'why', 'at_ms as atMs']).executeTakeFirst();
}

/** Stops all changes. Stopped already: the newer reason counts, for who lifts the stop must know it. */
export async function stopChanges({ db, nowMs, record }: Decision, { person, why }: Deciding): Promise<void> {
  const stop = { stopped_by: person, why, at_ms: nowMs };
  await db
    .insertInto('change_stop')
    .values({ name: 'changes', ...stop })
    .onConflict(conflict => conflict.column('name').doUpdateSet(stop))
    .execute();
  await record('changes-stopped', person, { why });
}

/** Lifts the stop; does nothing where there is none. */
export async function allowChanges({ db, record }: Decision, { person, why }: Deciding): Promise<void> {
  const lifted = await db.deleteFrom('change_stop').returning('stopped_by').executeTakeFirst();
  if (lifted) await record('changes-allowed', person, { why, stoppedBy: lifted.stopped_by });
}
