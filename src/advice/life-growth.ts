import { BUCKET_MS, type Envelope, envelopeOf } from '../growth/envelope.ts';
import { growthWindow } from '../growth/growth-window.ts';
import { largestRise } from '../growth/jump-free-slope.ts';
import { mannKendallZ } from '../growth/mann-kendall.ts';
import { quantile } from '../growth/quantile.ts';
import { TREND_RULE, trendOf } from '../growth/trend.ts';
import type { LifePoint, WorkerLife } from '../growth/worker-sample.ts';

/** Requests of the whole service in one minute. */
export interface TrafficMinute {
  readonly atMs: number;
  readonly requests: number;
}

/** The judged stretch of one worker's life: its lower memory edge against time and requests. */
export interface LifeGrowth {
  readonly life: WorkerLife;
  /** One value per bucket of 20 minutes after the first hour; missing buckets are left out. */
  readonly bytes: Float64Array;
  /** Epoch ms of the end of each bucket. */
  readonly endsAtMs: Float64Array;
  /** Requests that this worker had served by then, counted from any point; absent where nobody counted. */
  readonly served?: Float64Array;
  readonly grows: boolean;
}

/** Four days: slopes are taken over all pairs. */
const MOST_BUCKETS = 288;
/** Below the three hours that the rule for steady growth asks for, a rise must at least be this sure. */
const SURELY = 1.645;
const LEAST_RISE_SHARE = 0.05;
const LEAST_RISE_BYTES = 4 * 1_048_576;
/** Standard normal: 90 % lie below. */
const UPPER_90 = 1.2816;

/** The lives that are long enough to be judged, each with its verdict. */
export function judgeLives(
  lives: readonly WorkerLife[],
  traffic: readonly TrafficMinute[],
  workersOfService: number,
): readonly LifeGrowth[] {
  const share = trafficShare(traffic, workersOfService);
  return lives.flatMap(life => {
    const last = life.points.at(-1);
    if (last === undefined) return [];
    const envelope = envelopeOf(life.points, last.atMs + BUCKET_MS);
    const window = growthWindow(envelope);
    if (!window.enough) return [];
    const { bytes, endsAtMs } = measuredBuckets(envelope);
    const served = servedBy(life.points, endsAtMs) ?? share?.(endsAtMs);
    // Some grow by day only: the last twelve hours may be a night.
    const grows = isGrowing(window.values) || (served ? growsOver(bytes, served) : isGrowing(bytes));
    return [{ life, bytes, endsAtMs, grows, ...(served && { served }) }];
  });
}

/** All buckets after the warm-up that have a value, the newest of a very long life. */
function measuredBuckets({ fromMs, values, warmUp }: Envelope) {
  const at = [...values.keys()].filter(i => i >= warmUp && !Number.isNaN(values[i])).slice(-MOST_BUCKETS);
  return {
    bytes: Float64Array.from(at, i => values[i] as number),
    endsAtMs: Float64Array.from(at, i => fromMs + (i + 1) * BUCKET_MS),
  };
}

function isGrowing(values: Float64Array): boolean {
  const trend = trendOf(values);
  if (trend.steady !== undefined) return true;
  const rise = (values.at(-1) as number) - (values[0] as number);
  const matters = rise >= Math.max(LEAST_RISE_BYTES, LEAST_RISE_SHARE * (values[0] as number));
  // Lives that recycling keeps short never reach the length that steady growth is judged by.
  return (
    values.length < TREND_RULE.steadyBuckets &&
    matters &&
    (trend.fast ?? 0) > 0 &&
    mannKendallZ(values) > SURELY
  );
}

/** The rule for steady growth with requests in the place of time: nights do not look like a plateau then. */
function growsOver(bytes: Float64Array, served: Float64Array): boolean {
  const rise = (bytes.at(-1) as number) - (bytes[0] as number);
  if (rise < Math.max(LEAST_RISE_BYTES, LEAST_RISE_SHARE * (bytes[0] as number))) return false;
  if (bytes.length < TREND_RULE.steadyBuckets || mannKendallZ(bytes) <= TREND_RULE.surely) return false;
  if (largestRise(bytes) > TREND_RULE.largestStep * rise) return false;
  const middle = bytes.length >> 1;
  const early = slopeWithUpper(bytes.subarray(0, middle), served.subarray(0, middle)).slope;
  const late = slopeWithUpper(bytes.subarray(middle), served.subarray(middle)).slope;
  return late > 0 && late >= TREND_RULE.keepsUp * early;
}

/** Theil-Sen slope over `xs` with the upper end of its one-sided 90 % confidence (Sen 1968). */
export function slopeWithUpper(ys: Float64Array, xs: Float64Array): { slope: number; upper: number } {
  const slopes: number[] = [];
  for (let later = 1; later < ys.length; later++)
    for (let earlier = 0; earlier < later; earlier++) {
      const run = (xs[later] as number) - (xs[earlier] as number);
      if (run > 0) slopes.push(((ys[later] as number) - (ys[earlier] as number)) / run);
    }
  const n = ys.length;
  const spread = UPPER_90 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const share = slopes.length === 0 ? 0.5 : Math.min(1, 0.5 + spread / (2 * slopes.length));
  return { slope: quantile(slopes, 0.5), upper: quantile(slopes, share) };
}

/** The worker's own count, where the samples carry it throughout. */
function servedBy(points: readonly LifePoint[], atMs: Float64Array): Float64Array | undefined {
  const counted = points.filter(p => p.served !== undefined).sort((a, b) => a.atMs - b.atMs);
  if (counted.length < points.length / 2 || counted.length < 2) return undefined;
  let next = 0;
  return atMs.map(at => {
    while (next < counted.length - 1 && (counted[next] as LifePoint).atMs < at) next++;
    return counted[next]?.served ?? 0;
  });
}

/** An even share of the service's requests: NGINX and the kernel spread them over all workers. */
function trafficShare(
  traffic: readonly TrafficMinute[],
  workers: number,
): ((atMs: Float64Array) => Float64Array) | undefined {
  if (traffic.length === 0 || workers < 1) return undefined;
  const sorted = [...traffic].sort((a, b) => a.atMs - b.atMs);
  return atMs => {
    let next = 0;
    let sum = 0;
    return atMs.map(at => {
      for (; next < sorted.length && (sorted[next] as TrafficMinute).atMs < at; next++)
        sum += (sorted[next] as TrafficMinute).requests;
      return sum / workers;
    });
  };
}
