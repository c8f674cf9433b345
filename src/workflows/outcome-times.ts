const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after a change it is reported on. */
export const OUTCOME_AFTER_MS = [15 * MINUTE_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;

/** When a change is reported on, epoch ms. */
export function outcomeTimes(actedAtMs: number): readonly number[] {
  return OUTCOME_AFTER_MS.map(afterMs => actedAtMs + afterMs);
}
