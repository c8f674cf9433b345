import { jumpFreeSlope, largestRise } from './jump-free-slope.ts';
import { mannKendallZ } from './mann-kendall.ts';
import { median } from './quantile.ts';
import { theilSenSlope } from './theil-sen.ts';

const MEGABYTE = 1_048_576;
/** In buckets. */
const HOUR = 3;

/** The bounds of both kinds of growth. Found on generated workers (`bench/growth`): a change is measured there. */
export const TREND_RULE = {
  /** Steady growth needs four hours of buckets: its halves must be wide enough to be compared. */
  steadyBuckets: 12,
  /** Fast growth looks at the last six hours. */
  fastBuckets: 18,
  /** Mann-Kendall's z of the window: about one in 700 by chance. */
  surely: 3,
  /** The same of its second half, which has half of the points. */
  stillSurely: 2.5,
  /** The second half must nearly keep the speed: a cache that fills does not. */
  keepsUp: 0.6,
  /** One bucket may bring half of the whole rise: above that it is a step, not growth. */
  largestStep: 0.5,
  /** One hour may bring so much of it: a batch that begins brings nearly all. */
  largestHour: 0.7,
  /** A rise above the grain of the numbers. Whether it matters is asked by how soon it reaches the limit. */
  leastShare: 0.02,
  leastBytes: MEGABYTE,
};

/** How one worker's envelope moved over its window. Speeds in bytes per bucket; an absent one: no such growth. */
export interface Trend {
  /** Growth of the whole window that does not flatten: the slower of the window's speed and its second half's. */
  readonly steady?: number;
  /** Growth of the last six hours, without their largest step. */
  readonly fast?: number;
  /** Median of the first and of the last three buckets of the window. */
  readonly beganBytes: number;
  readonly nowBytes: number;
  /** Length of the window. */
  readonly buckets: number;
}

/** Judges a bridged window of at least `SHORTEST_WINDOW` buckets. */
export function trendOf(values: Float64Array): Trend {
  const steady = steadySpeed(values);
  const fast = fastSpeed(values.subarray(-TREND_RULE.fastBuckets));
  return {
    ...(steady !== undefined && { steady }),
    ...(fast !== undefined && { fast }),
    beganBytes: median(values.subarray(0, 3)),
    nowBytes: median(values.subarray(-3)),
    buckets: values.length,
  };
}

function steadySpeed(values: Float64Array): number | undefined {
  if (values.length < TREND_RULE.steadyBuckets) return undefined;
  const middle = values.length >> 1;
  const late = values.subarray(middle);
  const lateSlope = theilSenSlope(late);
  // The cheap half first: most workers end here, 72 times a day.
  if (!(lateSlope > 0) || mannKendallZ(late) < TREND_RULE.stillSurely) return undefined;
  if (mannKendallZ(values) <= TREND_RULE.surely) return undefined;
  const slope = theilSenSlope(values);
  const rise = slope * (values.length - 1);
  const least = Math.max(TREND_RULE.leastShare * (values[0] as number), TREND_RULE.leastBytes);
  if (rise < least || largestRise(values) > TREND_RULE.largestStep * rise) return undefined;
  if (largestRise(values, HOUR) > TREND_RULE.largestHour * rise) return undefined;
  const early = theilSenSlope(values.subarray(0, middle));
  return lateSlope < TREND_RULE.keepsUp * Math.max(early, slope) ? undefined : Math.min(slope, lateSlope);
}

function fastSpeed(values: Float64Array): number | undefined {
  const speed = jumpFreeSlope(values);
  if (!(speed > 0)) return undefined;
  const rise = (values.at(-1) as number) - (values[0] as number);
  return largestRise(values, HOUR) > TREND_RULE.largestHour * rise ? undefined : speed;
}
