import type { DeleteResult, ExpressionBuilder, Kysely, UpdateResult } from 'kysely';
import type { Retention } from '../../workflows/state-ports.ts';
import { nextNumber, type Tables } from './tables.ts';

/**
 * Deletes what is older than its retention: evidence lines, and the files and messages of parcels that have
 * ended, what language models were sent, and alerts that were not heard of since; then what was delivered to us; then changes and incidents with everything of theirs. An incident is as old as
 * its last run or change of its warning, and stays while a run or a parcel of it is under way and while there is a
 * change that was proposed in it. The audit is not touched: what it says of them stays.
 */
export async function purgeOlder(
  db: Kysely<Tables>,
  nowMs: number,
  retention: Retention,
): Promise<Readonly<Record<string, number>>> {
  const evidenceBeforeMs = nowMs - retention.evidenceMs;
  // Processes that share a state take turns.
  await nextNumber(db, 'chores');
  return {
    evidence: await evidence(db, evidenceBeforeMs),
    files: await filesOfEnded(db, evidenceBeforeMs),
    messages: await messagesOfEnded(db, evidenceBeforeMs),
    narrations: await narrations(db, evidenceBeforeMs),
    alertGroups: await alertGroups(db, evidenceBeforeMs),
    deliveries: await deliveries(db, nowMs - retention.deliveriesMs),
    changes: await changes(db, nowMs - retention.incidentsMs),
    pings: await pings(db, nowMs - retention.deliveriesMs),
    looks: await looks(db, evidenceBeforeMs),
    incidents: await incidents(db, nowMs - retention.incidentsMs),
  };
}

async function evidence(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const old = db.selectFrom('run').select('id').where('ended_at_ms', '<', beforeMs);
  return rowsOf(await db.deleteFrom('evidence').where('run_id', 'in', old).executeTakeFirst());
}

async function filesOfEnded(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const old = db.selectFrom('outbox').select('sequence').where('ended_at_ms', '<', beforeMs);
  return rowsOf(await db.deleteFrom('outgoing_file').where('sequence', 'in', old).executeTakeFirst());
}

/** The rows stay, so that their keys are still known; what they showed goes. */
async function messagesOfEnded(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  return rowsOf(
    await db
      .updateTable('outbox')
      .set({ body: null })
      .where('ended_at_ms', '<', beforeMs)
      .where('body', 'is not', null)
      .executeTakeFirst(),
  );
}

/** A transcript holds lines of evidence and goes with them; what was used is counted a while longer. */
async function narrations(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const old = db.selectFrom('run').select('id').where('ended_at_ms', '<', beforeMs);
  const ofOld = db.selectFrom('narration').select('id').where('run_id', 'in', old);
  await db.deleteFrom('narration_part').where('narration_id', 'in', ofOld).execute();
  return rowsOf(await db.deleteFrom('narration').where('asked_at_ms', '<', beforeMs).executeTakeFirst());
}

async function alertGroups(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  return rowsOf(
    await db
      .deleteFrom('alert_group')
      .where('heard_at_ms', '<', beforeMs)
      .where('body', 'is not', null)
      .executeTakeFirst(),
  );
}

async function deliveries(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  return rowsOf(await db.deleteFrom('inbox').where('claimed_at_ms', '<', beforeMs).executeTakeFirst());
}

/** Ended, with all of its outcomes reported and no server of it in doubt. */
async function changes(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const inDoubt = db.selectFrom('apply_step').select('proposal_id').where('state', '=', 'unknown');
  const owed = db.selectFrom('outcome_due').select('proposal_id').where('reported_at_ms', 'is', null);
  return rowsOf(
    await db
      .deleteFrom('proposal')
      .where('ended_at_ms', '<', beforeMs)
      .where('id', 'not in', inDoubt)
      .where('id', 'not in', owed)
      .executeTakeFirst(),
  );
}

/** The budget of a channel is one of a day. */
async function pings(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  return rowsOf(await db.deleteFrom('warning_ping').where('at_ms', '<', beforeMs).executeTakeFirst());
}

/** Of services and servers that are no longer watched. */
async function looks(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const services = await db.deleteFrom('growth_look').where('at_ms', '<', beforeMs).executeTakeFirst();
  const servers = await db.deleteFrom('server_note').where('told_at_ms', '<', beforeMs).executeTakeFirst();
  return rowsOf(services) + rowsOf(servers);
}

async function incidents(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const recent = db
    .selectFrom('run')
    .select('incident_id')
    .where(eb => eb.or([eb('ended_at_ms', 'is', null), eb('ended_at_ms', '>=', beforeMs)]));
  const waiting = db.selectFrom('outbox').select('incident_id').where('state', '=', 'waiting');
  const changed = db.selectFrom('proposal').select('incident_id');
  const warned = db.selectFrom('warning').select('id').where('changed_at_ms', '>=', beforeMs);
  // Held first and looked at again: one for which another process has begun a run in this moment stays.
  await db
    .updateTable('incident')
    .set(eb => ({ opened_at_ms: eb.ref('opened_at_ms') }))
    .where('opened_at_ms', '<', beforeMs)
    .where('id', 'not in', recent)
    .where('id', 'not in', waiting)
    .where('id', 'not in', changed)
    .where('id', 'not in', warned)
    .where(isUntouched(beforeMs))
    .execute();
  return rowsOf(
    await db
      .deleteFrom('incident')
      .where('opened_at_ms', '<', beforeMs)
      .where('id', 'not in', recent)
      .where('id', 'not in', waiting)
      .where('id', 'not in', changed)
      .where('id', 'not in', warned)
      .where(isUntouched(beforeMs))
      .executeTakeFirst(),
  );
}

/** A part of another incident is never touched by itself. */
function isUntouched(beforeMs: number) {
  return (eb: ExpressionBuilder<Tables, 'incident'>) =>
    eb.or([eb('changed_at_ms', 'is', null), eb('changed_at_ms', '<', beforeMs)]);
}

function rowsOf(result: DeleteResult | UpdateResult): number {
  return Number('numDeletedRows' in result ? result.numDeletedRows : result.numUpdatedRows);
}
