import { canonicalJson } from '../../../remediation/canonical-json.ts';
import { changePlanDigest } from '../../../remediation/plan-digest.ts';
import type { Proposal } from '../../../workflows/remediation-ports.ts';
import { nextNumber } from '../tables.ts';
import type { Decision } from './decision.ts';
import { endExpired } from './expiry.ts';
import { advanced, PENDING, type ProposalRow, proposalOf } from './proposal-rows.ts';

type NewProposal = Omit<Proposal, 'state' | 'version'>;

/** See `Remediations.propose`. */
export async function propose(
  decision: Decision,
  proposal: NewProposal,
): Promise<{ readonly proposal: Proposal; readonly superseded: readonly Proposal[] } | undefined> {
  if (changePlanDigest(proposal.plan) !== proposal.digest)
    throw new Error(`the digest of proposal ${proposal.id} is not that of its plan`);
  const { db } = decision;
  const { service, remedy } = proposal.plan;
  const live = await db
    .selectFrom('proposal')
    .selectAll()
    .where('service', '=', service)
    .where('state', 'in', [...PENDING, 'applying'])
    .execute();
  if (live.some(({ state }) => state === 'applying')) return undefined;
  const superseded = [...(await endExpired(decision, { service, remedy }))];
  const ended = new Set(superseded.map(({ id }) => id));
  const pending = live.filter(each => each.remedy === remedy && !ended.has(each.id));
  const same = pending.find(each => saysTheSame(each, proposal, decision));
  if (same) return { proposal: proposalOf(same), superseded };
  for (const row of pending) superseded.push(await supersede(decision, row, proposal));
  return { proposal: await open(decision, proposal), superseded };
}

/** One of before the clock was set cannot be approved any more: it is no answer. */
function saysTheSame(row: ProposalRow, proposal: NewProposal, { clockRun }: Decision): boolean {
  const ofThisRun = row.clock_run === null || clockRun === undefined || row.clock_run === clockRun.number;
  return row.digest === proposal.digest && row.quorum === proposal.quorum && ofThisRun;
}

async function supersede(
  { db, nowMs, record }: Decision,
  row: ProposalRow,
  by: NewProposal,
): Promise<Proposal> {
  const detail = 'A newer plan took its place.';
  const ended = await advanced(db, row, { state: 'superseded', ended_at_ms: nowMs, detail });
  if (!ended) throw new Error(`proposal ${row.id} changed while it was decided on`);
  await record('superseded', by.requester, { proposal: row.id, digest: row.digest, by: by.id });
  return proposalOf(ended);
}

async function open({ db, nowMs, clockRun, record }: Decision, proposal: NewProposal): Promise<Proposal> {
  const { id, digest, plan, incidentId, channel, requester, reason, quorum } = proposal;
  // How long it may wait is what was meant; the database's clock may show another time than ours.
  const expires_at_ms = nowMs + (proposal.expiresAtMs - proposal.createdAtMs);
  const row = await db
    .insertInto('proposal')
    .values({
      id,
      number: await nextNumber(db, 'proposal'),
      digest,
      plan: canonicalJson(plan),
      brief: JSON.stringify(proposal.brief),
      service: plan.service,
      remedy: plan.remedy,
      incident_id: incidentId,
      channel,
      requester,
      reason,
      quorum,
      state: 'open',
      version: 1,
      clock_run: clockRun?.number ?? null,
      created_at_ms: nowMs,
      expires_at_ms,
      ended_at_ms: null,
      detail: null,
      break_glass_by: null,
      break_glass_reason: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // A change that a person makes by hand has no server of ours.
  if (plan.servers.length > 0) await insertSteps(db, id, plan, nowMs);
  await record('proposal-opened', requester, {
    proposal: id,
    digest,
    service: plan.service,
    remedy: plan.remedy,
    tier: plan.tier,
    servers: plan.servers.map(({ server }) => server),
    quorum,
    reason,
    incident: incidentId,
    channel,
    expiresAtMs: expires_at_ms,
  });
  return proposalOf(row);
}

async function insertSteps(
  db: Decision['db'],
  id: string,
  plan: NewProposal['plan'],
  nowMs: number,
): Promise<void> {
  await db
    .insertInto('apply_step')
    .values(
      plan.servers.map(({ server }, position) => ({
        proposal_id: id,
        server,
        position,
        state: 'waiting' as const,
        version: 1,
        owner: null,
        process: null,
        detail: null,
        changed_at_ms: nowMs,
        acted_at_ms: null,
      })),
    )
    .execute();
}
