import type { WorkerGrowth } from './growth-finding.ts';
import type { Judgement } from './judgement.ts';

/**
 * How far off the central estimate real crossings are, as factors on the time left: eight of ten lie between.
 * Calibrated on generated leaks (`bench/growth`), which print what share lies inside.
 */
const SPREAD: Partial<Record<WorkerGrowth['rule'], { readonly from: number; readonly to: number }>> = {
  'steady-growth': { from: 0.45, to: 1.8 },
  'fast-growth': { from: 0.55, to: 1.8 },
  // Steady growth that is too far to be told of.
  none: { from: 0.45, to: 1.8 },
  'near-limit': { from: 0.3, to: 1.6 },
};
/** Where no rule was calibrated, or the speed was lent. */
const WIDE = { from: 0.4, to: 2.5 };
/** Even at the limit the moment itself is not known better than a bucket. */
const LEAST_MS = 20 * 60_000;

/** The time left as a range, ms, around the central estimate of a judgement; `lent`: its speed is not its own. */
export function etaRange(
  { rule, etaMs = 0 }: Judgement,
  lent: boolean,
): { readonly from: number; readonly to: number } {
  const { from, to } = (lent ? undefined : SPREAD[rule]) ?? WIDE;
  return { from: Math.round(etaMs * from), to: Math.round(Math.max(etaMs * to, LEAST_MS)) };
}
