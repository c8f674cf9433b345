import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import type { ApplyState, ApplyStep } from '../../../workflows/remediation-ports.ts';
import { livingOthers, type Sharing } from '../sharing.ts';
import type { Tables } from '../tables.ts';
import { stopOf } from './change-stops.ts';
import { type Decision, STAUNCH } from './decision.ts';
import { advanced, assertPlan, heldProposal, type ProposalRow } from './proposal-rows.ts';

type StepRow = Selectable<Tables['apply_step']>;
type Seen = Pick<ApplyStep, 'proposalId' | 'server' | 'state' | 'version'>;
interface Moved {
  readonly state: ApplyState;
  readonly detail?: string;
  readonly actedAtMs?: number;
}

/** No step leaves these. */
export const ENDED = [
  'done',
  'rolled-back',
  'stale',
  'failed',
  'skipped',
] as const satisfies readonly ApplyState[];
const isEnded = (state: ApplyState) => (ENDED as readonly ApplyState[]).includes(state);

export async function stepsOf(db: Kysely<Tables>, proposalId: string): Promise<readonly ApplyStep[]> {
  const rows = await db
    .selectFrom('apply_step')
    .selectAll()
    .where('proposal_id', '=', proposalId)
    .orderBy('position')
    .execute();
  return rows.map(stepOf);
}

/** See `Remediations.claim`. @param process this one's number, where several share the state */
export async function claim(
  decision: Decision,
  id: string,
  owner: string,
  process: number | undefined,
): Promise<ApplyStep | undefined> {
  const { db, nowMs, record } = decision;
  const proposal = await heldProposal(db, id);
  if (!proposal || !(await mayGoOn(decision, proposal)) || (await stopOf(db))) return undefined;
  const steps = await stepsOf(db, id);
  const next = steps.find(({ state }) => state !== 'done');
  if (next?.state !== 'waiting') return undefined;
  assertPlan(proposal);
  const claimed = await db
    .updateTable('apply_step')
    .set(eb => ({
      state: 'claimed',
      version: eb('version', '+', 1),
      owner,
      process: process ?? null,
      changed_at_ms: nowMs,
    }))
    .where('proposal_id', '=', id)
    .where('server', '=', next.server)
    .where('state', '=', 'waiting')
    .where('version', '=', next.version)
    .returningAll()
    .executeTakeFirst();
  if (!claimed) return undefined;
  if (proposal.state === 'approved' && !(await advanced(db, proposal, { state: 'applying' })))
    throw new Error(`proposal ${id} changed while it was held`);
  await record('claimed', STAUNCH, { proposal: id, digest: proposal.digest, server: next.server, owner });
  return stepOf(claimed);
}

/** Begun within its time, it is brought to its end; two changes of one service never go on at once. */
async function mayGoOn(
  { db, nowMs, clockRun }: Decision,
  { state, service, expires_at_ms, clock_run }: ProposalRow,
): Promise<boolean> {
  if (state === 'applying') return true;
  if (state !== 'approved' || expires_at_ms <= nowMs) return false;
  if (clockRun && clock_run !== null && clock_run !== clockRun.number) return false;
  const other = await db
    .selectFrom('proposal')
    .select('id')
    .where('service', '=', service)
    .where('state', '=', 'applying')
    .executeTakeFirst();
  return other === undefined;
}

/** See `Remediations.move`. */
export async function move(
  { db, nowMs, record }: Decision,
  seen: Seen,
  to: Moved,
  process: number | undefined,
): Promise<ApplyStep | undefined> {
  const { proposalId, server, state } = seen;
  const takenUp = to.state === state;
  if (isEnded(state)) return undefined;
  if (to.state === 'waiting' || (state === 'waiting' && to.state !== 'skipped'))
    throw new Error(`a step that is ${state} cannot become ${to.state}; claim() takes one that waits`);
  const moved = await db
    .updateTable('apply_step')
    .set(eb => ({
      state: to.state,
      version: eb('version', '+', 1),
      process: process ?? null,
      changed_at_ms: nowMs,
      ...(to.detail !== undefined && { detail: to.detail }),
      ...(to.actedAtMs !== undefined && { acted_at_ms: to.actedAtMs }),
    }))
    .where('proposal_id', '=', proposalId)
    .where('server', '=', server)
    .where('state', '=', state)
    .where('version', '=', seen.version)
    .returningAll()
    .executeTakeFirst();
  if (!moved) return undefined;
  const { detail, actedAtMs } = to;
  await record(takenUp ? 'taken-up' : 'state', STAUNCH, {
    proposal: proposalId,
    server,
    ...(takenUp ? { state } : { from: state, to: to.state }),
    detail,
    actedAtMs,
  });
  return stepOf(moved);
}

/** See `Remediations.underWay`. */
export async function underWay(
  db: Kysely<Tables>,
  sharing: Sharing | undefined,
): Promise<readonly ApplyStep[]> {
  const rows = await db
    .selectFrom('apply_step')
    .selectAll()
    .where('state', 'not in', ['waiting', ...ENDED])
    .where(eb => cutOff(eb, db, sharing))
    .orderBy('changed_at_ms')
    .orderBy('proposal_id')
    .orderBy('position')
    .execute();
  return rows.map(stepOf);
}

/** A step that no other living process is at. */
function cutOff(eb: ExpressionBuilder<Tables, 'apply_step'>, db: Kysely<Tables>, sharing?: Sharing) {
  if (!sharing) return eb.lit(true);
  return eb.or([eb('process', 'is', null), eb('process', 'not in', livingOthers(db, sharing))]);
}

function stepOf(row: StepRow): ApplyStep {
  return {
    proposalId: row.proposal_id,
    server: row.server,
    position: row.position,
    state: row.state,
    version: row.version,
    ...(row.detail !== null && { detail: row.detail }),
    changedAtMs: row.changed_at_ms,
    ...(row.acted_at_ms !== null && { actedAtMs: row.acted_at_ms }),
  };
}
