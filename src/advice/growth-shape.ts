import { largestRise } from '../growth/jump-free-slope.ts';
import { median } from '../growth/quantile.ts';
import type { LifeGrowth } from './life-growth.ts';

/** What the curve of memory looks like: which question to ask about caches, sessions and objects. */
export type GrowthShape =
  /** Follows the requests: something is kept for each of them. */
  | 'with-requests'
  /** Goes on at night: sessions, timers, background threads. */
  | 'with-time'
  /** Grows, but traffic was too even to tell which of the two. */
  | 'with-either'
  /** A few large rises make most of it: single requests that keep a lot. */
  | 'in-steps'
  /** Rose and stays: a cache with a bound, or warm-up. */
  | 'levels-off'
  | 'flat';

/** The shape most of the judged lives show. */
export interface ServiceShape {
  readonly shape: GrowthShape;
  readonly lives: number;
  readonly ofLives: number;
  /** Middle rise of those lives over their judged hours. */
  readonly riseBytes: number;
  readonly hours: number;
}

const HOUR_MS = 3_600_000;
const LEAST_RISE_SHARE = 0.05;
const LEAST_RISE_BYTES = 4 * 1_048_576;
/** One rise that makes more than this of the whole is a step. */
const STEP_SHARE = 0.5;
/** The later half of a life that rises less than this share of the earlier one has levelled off. */
const LEVEL_SHARE = 0.3;
/** Requests per bucket must differ by this much around their mean before they tell requests from time. */
const LEAST_VARIATION = 0.25;
/** One explanation must leave this much less unexplained than the other. */
const CLEARLY_LESS = 0.7;

/** Undefined while no life is long enough. */
export function shapeOf(judged: readonly LifeGrowth[]): ServiceShape | undefined {
  if (judged.length === 0) return undefined;
  const shapes = judged.map(life => ({ life, shape: shapeOfLife(life) }));
  const votes = new Map<GrowthShape, number>();
  for (const { shape } of shapes) votes.set(shape, (votes.get(shape) ?? 0) + 1);
  // A leak in one worker of four is a leak: among shapes seen equally often the one that grows counts.
  const shape = [...votes].sort(
    ([a, countA], [b, countB]) => countB - countA || ORDER.indexOf(a) - ORDER.indexOf(b),
  )[0]?.[0] as GrowthShape;
  const own = shapes.filter(s => s.shape === shape).map(s => s.life);
  return {
    shape,
    lives: own.length,
    ofLives: judged.length,
    riseBytes: median(own.map(riseOf)),
    hours: median(own.map(l => ((l.endsAtMs.at(-1) as number) - (l.endsAtMs[0] as number)) / HOUR_MS)),
  };
}

const ORDER: readonly GrowthShape[] = [
  'with-requests',
  'with-time',
  'with-either',
  'in-steps',
  'levels-off',
  'flat',
];

const riseOf = ({ bytes }: LifeGrowth) => (bytes.at(-1) as number) - (bytes[0] as number);

function shapeOfLife(life: LifeGrowth): GrowthShape {
  const { bytes, served, grows } = life;
  const rise = riseOf(life);
  const matters = rise >= Math.max(LEAST_RISE_BYTES, LEAST_RISE_SHARE * (bytes[0] as number));
  if (grows) return served === undefined ? 'with-either' : requestsOrTime(life, served);
  if (matters && largestRise(bytes) > STEP_SHARE * rise) return 'in-steps';
  const middle = bytes.length >> 1;
  const early = (bytes[middle] as number) - (bytes[0] as number);
  const late = (bytes.at(-1) as number) - (bytes[middle] as number);
  const rose = early >= Math.max(LEAST_RISE_BYTES, LEAST_RISE_SHARE * (bytes[0] as number));
  return rose && late < LEVEL_SHARE * early ? 'levels-off' : 'flat';
}

function requestsOrTime({ bytes, endsAtMs }: LifeGrowth, served: Float64Array): GrowthShape {
  const perBucket = served.slice(1).map((count, i) => count - (served[i] as number));
  const mean = perBucket.reduce((a, b) => a + b, 0) / perBucket.length;
  const variation =
    Math.sqrt(perBucket.reduce((sum, n) => sum + (n - mean) ** 2, 0) / perBucket.length) / mean;
  if (!(variation >= LEAST_VARIATION)) return 'with-either';
  const byRequests = unexplained(bytes, served);
  const byTime = unexplained(bytes, endsAtMs);
  if (byRequests < CLEARLY_LESS * byTime) return 'with-requests';
  return byTime < CLEARLY_LESS * byRequests ? 'with-time' : 'with-either';
}

/** Squares that a straight line over `xs` leaves. */
function unexplained(ys: Float64Array, xs: Float64Array): number {
  const meanX = xs.reduce((a, b) => a + b, 0) / xs.length;
  const meanY = ys.reduce((a, b) => a + b, 0) / ys.length;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  ys.forEach((y, i) => {
    const dx = (xs[i] as number) - meanX;
    xx += dx * dx;
    xy += dx * (y - meanY);
    yy += (y - meanY) ** 2;
  });
  return xx === 0 ? yy : yy - (xy * xy) / xx;
}
