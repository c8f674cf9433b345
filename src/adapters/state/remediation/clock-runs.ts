import type { Kysely, Selectable } from 'kysely';
import type { Clock } from '../../../workflows/ports.ts';
import { thisProcess } from '../running-process.ts';
import type { Tables } from '../tables.ts';

/** The clock of a machine, beside one that nobody can set. */
export interface WatchedClock extends Clock {
  /** Since the machine was started, sleep included, ms. */
  uptimeMs(): number;
}

/** A stretch in which the clock ran on without being set. */
export type ClockRun = Selectable<Tables['clock_run']>;

/** NTP slews smaller differences; two readings are never made at one moment. */
const SKEW_MS = 2_000;

/**
 * The run that goes on now, begun with this reading when the clock was set by more than two seconds, or the machine
 * started, since the last.
 */
export async function clockRunNow(
  db: Kysely<Tables>,
  clock: WatchedClock,
): Promise<{ readonly run: ClockRun; readonly before?: ClockRun }> {
  const last = await db
    .selectFrom('clock_run')
    .selectAll()
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const boot = thisProcess().boot;
  const offset_ms = Math.round(clock.nowMs() - clock.uptimeMs());
  if (last?.boot === boot && Math.abs(offset_ms - last.offset_ms) <= SKEW_MS) return { run: last };
  const run = { number: (last?.number ?? 0) + 1, boot, offset_ms };
  await db.insertInto('clock_run').values(run).execute();
  return { run, ...(last && { before: last }) };
}

/** By how much the clock was set between two runs; undefined when the machine was started in between. */
export function setBetween(earlier: ClockRun, later: ClockRun): number | undefined {
  return earlier.boot === later.boot ? later.offset_ms - earlier.offset_ms : undefined;
}

/** What the clock would show had it not been set since a run; after another start of the machine, what it shows. */
export function unsetNowMs(earlier: ClockRun | undefined, later: ClockRun, nowMs: number): number {
  return nowMs - ((earlier && setBetween(earlier, later)) ?? 0);
}
