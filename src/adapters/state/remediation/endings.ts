import type { Kysely } from 'kysely';
import type { Proposal, ProposalState } from '../../../workflows/remediation-ports.ts';
import type { Tables } from '../tables.ts';
import { ENDED } from './apply-steps.ts';
import { type Decision, STAUNCH } from './decision.ts';
import { advanced, heldProposal, proposalOf } from './proposal-rows.ts';

/** See `Remediations.end`. */
export async function end(
  { db, nowMs, record }: Decision,
  id: string,
  as: { readonly state: ProposalState; readonly detail: string },
): Promise<Proposal | undefined> {
  const row = await heldProposal(db, id);
  const { state, detail } = as;
  if (row?.state !== 'applying' && !(row?.state === 'unknown' && state !== 'unknown')) return undefined;
  const over = state === 'unknown' ? [...ENDED, 'unknown' as const] : ENDED;
  const left = await db
    .selectFrom('apply_step')
    .select('server')
    .where('proposal_id', '=', id)
    .where('state', 'not in', over)
    .executeTakeFirst();
  if (left) return undefined;
  const ended = await advanced(db, row, { state, ended_at_ms: nowMs, detail });
  if (!ended) throw new Error(`proposal ${id} changed while it was held`);
  await record('ended', STAUNCH, { proposal: id, digest: row.digest, state, detail });
  return proposalOf(ended);
}

/** What is scheduled already stays as it is. */
export async function scheduleOutcome(
  db: Kysely<Tables>,
  proposalId: string,
  dueAtMs: readonly number[],
): Promise<void> {
  if (dueAtMs.length === 0) return;
  await db
    .insertInto('outcome_due')
    .values(
      [...new Set(dueAtMs)].map(due => ({ proposal_id: proposalId, due_at_ms: due, reported_at_ms: null })),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute();
}

/** What is due and was not reported yet, the oldest first. */
export async function dueOutcomes(
  db: Kysely<Tables>,
  nowMs: number,
): Promise<readonly { readonly proposalId: string; readonly dueAtMs: number }[]> {
  return db
    .selectFrom('outcome_due')
    .select(['proposal_id as proposalId', 'due_at_ms as dueAtMs'])
    .where('reported_at_ms', 'is', null)
    .where('due_at_ms', '<=', nowMs)
    .orderBy('due_at_ms')
    .orderBy('proposal_id')
    .execute();
}

/** True for the first who reports it. */
export async function reportedOutcome(
  { db, nowMs, record }: Decision,
  proposalId: string,
  dueAtMs: number,
): Promise<boolean> {
  const first = await db
    .updateTable('outcome_due')
    .set({ reported_at_ms: nowMs })
    .where('proposal_id', '=', proposalId)
    .where('due_at_ms', '=', dueAtMs)
    .where('reported_at_ms', 'is', null)
    .returning('due_at_ms')
    .executeTakeFirst();
  if (first) await record('outcome-reported', STAUNCH, { proposal: proposalId, dueAtMs });
  return first !== undefined;
}
