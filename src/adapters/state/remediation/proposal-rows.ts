import type { Kysely, Selectable, Updateable } from 'kysely';
import type { ChangePlan } from '../../../remediation/plan.ts';
import { changePlanDigest } from '../../../remediation/plan-digest.ts';
import type { Approval, Proposal, ProposalState } from '../../../workflows/remediation-ports.ts';
import { StateProblem } from '../state-problem.ts';
import type { Tables } from '../tables.ts';

export type ProposalRow = Selectable<Tables['proposal']>;

/** Waits for people, or for its turn. */
export const PENDING = ['open', 'approved'] as const satisfies readonly ProposalState[];

export function proposalOf(row: ProposalRow): Proposal {
  return {
    id: row.id,
    digest: row.digest,
    plan: JSON.parse(row.plan) as ChangePlan,
    brief: JSON.parse(row.brief) as Proposal['brief'],
    incidentId: row.incident_id,
    channel: row.channel,
    requester: row.requester,
    reason: row.reason,
    quorum: row.quorum,
    state: row.state,
    version: row.version,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
    ...(row.detail !== null && { detail: row.detail }),
    ...(row.break_glass_by !== null && {
      breakGlass: { person: row.break_glass_by, reason: row.break_glass_reason ?? '' },
    }),
  };
}

/**
 * The proposal, held: whoever else wants to change it waits until the transaction ends, so that what is counted for it
 * is all there is.
 */
export async function heldProposal(db: Kysely<Tables>, id: string): Promise<ProposalRow | undefined> {
  return db
    .updateTable('proposal')
    .set(eb => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** Moves a proposal on from the state and version it was seen in; undefined when it is not so any more. */
export async function advanced(
  db: Kysely<Tables>,
  seen: Pick<ProposalRow, 'id' | 'state' | 'version' | 'digest'>,
  to: { readonly state: ProposalState } & Pick<
    Updateable<Tables['proposal']>,
    'ended_at_ms' | 'detail' | 'break_glass_by' | 'break_glass_reason'
  >,
): Promise<ProposalRow | undefined> {
  return db
    .updateTable('proposal')
    .set(eb => ({ ...to, version: eb('version', '+', 1) }))
    .where('id', '=', seen.id)
    .where('state', '=', seen.state)
    .where('version', '=', seen.version)
    .where('digest', '=', seen.digest)
    .returningAll()
    .executeTakeFirst();
}

export async function approvalsOf(db: Kysely<Tables>, id: string): Promise<readonly Approval[]> {
  return db
    .selectFrom('approval')
    .select(['proposal_id as proposalId', 'approver', 'digest', 'at_ms as atMs'])
    .where('proposal_id', '=', id)
    .orderBy('at_ms')
    .orderBy('approver')
    .execute();
}

/** @throws StateProblem when the stored plan is not the one whose digest was approved */
export function assertPlan(row: ProposalRow): void {
  if (digestOf(row.plan) === row.digest) return;
  throw new StateProblem(
    'damaged',
    `The stored plan of change ${row.id} is not the one that was approved (its digest is another), so nothing was ` +
      `applied. Somebody or something changed the state: see "staunch audit verify", and plan the change again.`,
  );
}

function digestOf(plan: string): string | undefined {
  try {
    return changePlanDigest(JSON.parse(plan) as ChangePlan);
  } catch {
    return undefined;
  }
}
