const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after a change it is reported on. */
export const OUTCOME_AFTER_MS = [15 * MINUTE_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;

/**
 * The stretch before a change that is as long as one after it. It ends a minute early: the sample of the minute in which
 * the change was made tells of both sides.
 */
export function spanBefore(
  actedAtMs: number,
  lengthMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = actedAtMs - MINUTE_MS;
  return { fromMs: toMs - lengthMs, toMs };
}

/** When a change is reported on, epoch ms. */
export function outcomeTimes(actedAtMs: number): readonly number[] {
  return OUTCOME_AFTER_MS.map(afterMs => actedAtMs + afterMs);
}
