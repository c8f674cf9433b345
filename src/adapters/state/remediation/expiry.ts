import type { Kysely } from 'kysely';
import type { Proposal } from '../../../workflows/remediation-ports.ts';
import type { Tables } from '../tables.ts';
import { type ClockRun, unsetNowMs } from './clock-runs.ts';
import { type Decision, STAUNCH } from './decision.ts';
import { advanced, PENDING, type ProposalRow, proposalOf } from './proposal-rows.ts';

/**
 * Ends what waits and is past its time. One that was opened before the clock was set is judged by what the clock would
 * show had it not been: it ends neither early nor late.
 */
export async function endExpired(
  decision: Decision,
  only?: Pick<ProposalRow, 'service' | 'remedy'>,
): Promise<readonly Proposal[]> {
  const { db, nowMs, clockRun, record } = decision;
  const pending = db.selectFrom('proposal').selectAll().where('state', 'in', PENDING);
  const asked = only
    ? pending.where('service', '=', only.service).where('remedy', '=', only.remedy)
    : pending;
  const waiting = await asked.orderBy('number').execute();
  const runs = clockRun && (await runsBefore(db, clockRun));
  const expired: Proposal[] = [];
  for (const row of waiting) {
    if (row.expires_at_ms > judgedNowMs(row, nowMs, clockRun, runs)) continue;
    const detail =
      row.state === 'approved'
        ? 'It was approved, but not begun within its time.'
        : 'It was not approved within its time.';
    const ended = await advanced(db, row, { state: 'expired', ended_at_ms: nowMs, detail });
    if (!ended) continue;
    await record('expired', STAUNCH, { proposal: row.id, digest: row.digest, was: row.state });
    expired.push(proposalOf(ended));
  }
  return expired;
}

function judgedNowMs(
  row: ProposalRow,
  nowMs: number,
  now: ClockRun | undefined,
  runs: ReadonlyMap<number, ClockRun> | undefined,
): number {
  if (!now || row.clock_run === null || row.clock_run === now.number) return nowMs;
  return unsetNowMs(runs?.get(row.clock_run), now, nowMs);
}

async function runsBefore(db: Kysely<Tables>, { number }: ClockRun): Promise<ReadonlyMap<number, ClockRun>> {
  const rows = await db.selectFrom('clock_run').selectAll().where('number', '<', number).execute();
  return new Map(rows.map(row => [row.number, row]));
}
