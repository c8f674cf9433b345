import type { ChangePlan } from '../../../remediation/plan.ts';
import type { ConsentAnswer, ConsentRefusal } from '../../../workflows/remediation-ports.ts';
import { stopOf } from './change-stops.ts';
import { setBetween } from './clock-runs.ts';
import type { Decision } from './decision.ts';
import { advanced, approvalsOf, heldProposal, type ProposalRow, proposalOf } from './proposal-rows.ts';

interface Approving {
  readonly digest: string;
  readonly approver: string;
  readonly ownAllowed: boolean;
}
interface BreakingGlass {
  readonly digest: string;
  readonly person: string;
  readonly reason: string;
}

/** See `Remediations.approve`. The proposal is held first: two who approve at once count each other. */
export async function approve(decision: Decision, id: string, by: Approving): Promise<ConsentAnswer> {
  const { db, nowMs, record } = decision;
  const { digest, approver } = by;
  const row = await heldProposal(db, id);
  if (!row) return refused({ reason: 'gone' });
  const refusal =
    otherDigest(row, digest) ??
    (await alreadyApproved(decision, row, approver)) ??
    notOpen(row) ??
    byHand(row) ??
    (await notNow(decision, row)) ??
    ownProposal(row, by);
  if (refusal) return refused(refusal);
  await db.insertInto('approval').values({ proposal_id: id, approver, digest, at_ms: nowMs }).execute();
  const approvals = await approvalsOf(db, id);
  const counting = approvals.filter(each => each.digest === row.digest).length;
  const enough = counting >= row.quorum;
  const after = enough ? await advanced(db, row, { state: 'approved' }) : row;
  if (!after) throw new Error(`proposal ${id} changed while it was held`);
  await record('approved', approver, {
    proposal: id,
    digest,
    approvals: counting,
    quorum: row.quorum,
    enough,
  });
  return { ok: true, proposal: proposalOf(after), approvals };
}

/** See `Remediations.reject`. What is approved, and not begun yet, can still be rejected; a no counts at any time. */
export async function reject(
  { db, nowMs, record }: Decision,
  id: string,
  by: { readonly person: string; readonly reason: string },
): Promise<ConsentAnswer> {
  const row = await heldProposal(db, id);
  if (!row) return refused({ reason: 'gone' });
  const refusal = row.state === 'approved' ? undefined : notOpen(row);
  if (refusal) return refused(refusal);
  const ended = await advanced(db, row, { state: 'rejected', ended_at_ms: nowMs, detail: by.reason });
  if (!ended) throw new Error(`proposal ${id} changed while it was held`);
  await record('rejected', by.person, { proposal: id, digest: row.digest, reason: by.reason });
  return { ok: true, proposal: proposalOf(ended), approvals: await approvalsOf(db, id) };
}

/** See `Remediations.breakGlass`. */
export async function breakGlass(decision: Decision, id: string, by: BreakingGlass): Promise<ConsentAnswer> {
  const { db, record } = decision;
  const { digest, person, reason } = by;
  const row = await heldProposal(db, id);
  if (!row) return refused({ reason: 'gone' });
  const refusal = otherDigest(row, digest) ?? notOpen(row) ?? byHand(row) ?? (await notNow(decision, row));
  if (refusal) return refused(refusal);
  const broken = { break_glass_by: person, break_glass_reason: reason };
  const after = await advanced(db, row, { state: 'approved', ...broken });
  if (!after) throw new Error(`proposal ${id} changed while it was held`);
  const approvals = await approvalsOf(db, id);
  await record('break-glass', person, {
    proposal: id,
    digest,
    reason,
    approvals: approvals.length,
    quorum: row.quorum,
  });
  return { ok: true, proposal: proposalOf(after), approvals };
}

function refused(refusal: ConsentRefusal): ConsentAnswer {
  return { ok: false, refusal };
}

function otherDigest(row: ProposalRow, digest: string): ConsentRefusal | undefined {
  return row.digest === digest ? undefined : { reason: 'other-digest' };
}

function notOpen({ state }: ProposalRow): ConsentRefusal | undefined {
  return state === 'open' ? undefined : { reason: 'not-open', state };
}

/** There is nothing of ours to be consented to: a person does it. */
function byHand({ plan }: ProposalRow): ConsentRefusal | undefined {
  const { servers } = JSON.parse(plan) as ChangePlan;
  return servers.length === 0 ? { reason: 'by-hand' } : undefined;
}

/** See `Remediations.appliedByHand`. */
export async function appliedByHand(
  { db, nowMs, record }: Decision,
  id: string,
  by: { readonly person: string; readonly note: string },
): Promise<ConsentAnswer> {
  const row = await heldProposal(db, id);
  if (!row) return refused({ reason: 'gone' });
  const refusal = notOpen(row) ?? (byHand(row) ? undefined : ({ reason: 'not-by-hand' } as const));
  if (refusal) return refused(refusal);
  const ended = await advanced(db, row, { state: 'done', ended_at_ms: nowMs, detail: by.note });
  if (!ended) throw new Error(`proposal ${id} changed while it was held`);
  await record('applied-by-hand', by.person, { proposal: id, digest: row.digest, note: by.note });
  return { ok: true, proposal: proposalOf(ended), approvals: await approvalsOf(db, id) };
}

function expired({ expires_at_ms }: ProposalRow): ConsentRefusal {
  return { reason: 'expired', expiresAtMs: expires_at_ms };
}

/** Who clicks twice hears so, also when the first click was the last that was needed. */
async function alreadyApproved(
  { db }: Decision,
  { id, state }: ProposalRow,
  approver: string,
): Promise<ConsentRefusal | undefined> {
  if (state !== 'open' && state !== 'approved') return undefined;
  const own = (await approvalsOf(db, id)).some(each => each.approver === approver);
  return own ? { reason: 'already-approved' } : undefined;
}

function ownProposal(row: ProposalRow, { approver, ownAllowed }: Approving): ConsentRefusal | undefined {
  return row.requester === approver && !ownAllowed ? { reason: 'own-proposal' } : undefined;
}

/** Why nothing can be consented to at this time. */
async function notNow(
  { db, nowMs, clockRun }: Decision,
  row: ProposalRow,
): Promise<ConsentRefusal | undefined> {
  if (clockRun && row.clock_run !== null && row.clock_run !== clockRun.number) {
    const then = await db
      .selectFrom('clock_run')
      .selectAll()
      .where('number', '=', row.clock_run)
      .executeTakeFirst();
    const byMs = then && setBetween(then, clockRun);
    return { reason: 'clock-set', ...(byMs !== undefined && { byMs }) };
  }
  if (row.expires_at_ms <= nowMs) return expired(row);
  const stop = await stopOf(db);
  return stop && { reason: 'changes-stopped', since: stop.atMs, by: stop.by, why: stop.why };
}
