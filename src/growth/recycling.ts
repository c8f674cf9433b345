import { envelopeOf } from './envelope.ts';
import type { Judgement } from './judgement.ts';
import { median, medianDeviation } from './quantile.ts';
import { servedBy, spanOf } from './worker-life.ts';
import type { WorkerLife } from './worker-sample.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Lives that ended longer ago tell of another time. */
const MEMORY_MS = 3 * DAY_MS;
/** Three lives make a habit. */
const LEAST_LIVES = 3;
/** The usual difference between lives that one bound ended, as a share of their length. */
const ALIKE = 0.25;
/** Workers that leave this close together were restarted, not recycled. */
const TOGETHER_MS = 3 * MINUTE_MS;
/** A life that is so much longer than usual is not being recycled any more, and a level so much higher is new. */
const OVERDUE = 1.5;
const BEYOND = 1.1;
/** Peaks may reach this share of the limit. */
const PEAK_SHARE = 0.9;
const PEAK_ETA_MS = 12 * 60 * MINUTE_MS;
/** A day's highest peak must be so much above that of the day before: less is weather. */
const LEAST_RISE = 0.05;

/** How the workers of a unit are recycled: their finished lives are alike. */
export interface Recycling {
  /** What a life usually lasts: time, and requests where somebody counts them. */
  readonly lifeMs: number;
  readonly lifeServed?: number;
  /** RSS at most, in order of their ends. */
  readonly peaks: readonly { readonly endedAtMs: number; readonly bytes: number }[];
}

/**
 * Recycling that shows in the finished lives of one unit, or undefined. Lives are alike by time or by requests
 * served (`max_requests` counts requests, and nights are quiet). An end that all workers share is a restart and no
 * recycle; of a single worker that cannot be told apart.
 */
export function recyclingOf(
  finished: readonly WorkerLife[],
  present: readonly WorkerLife[],
  nowMs: number,
): Recycling | undefined {
  const spans = [
    ...finished.map(spanOf),
    ...present.map(life => ({ ...spanOf(life), toMs: Number.POSITIVE_INFINITY })),
  ];
  const recycled = finished
    .map(life => ({ life, ...spanOf(life) }))
    .filter(({ toMs }) => toMs > nowMs - MEMORY_MS && toMs <= nowMs && !isRestart(toMs, spans))
    .sort((a, b) => a.toMs - b.toMs);
  if (recycled.length < LEAST_LIVES) return undefined;
  const lengths = recycled.map(({ fromMs, toMs }) => toMs - fromMs);
  const served = recycled.map(({ life }) => servedBy(life) ?? 0);
  const countAlike = served.every(count => count > 0) && areAlike(served);
  if (!areAlike(lengths) && !countAlike) return undefined;
  return {
    // By requests the longest night is as usual as the median.
    lifeMs: countAlike ? Math.max(...lengths) : median(lengths),
    ...(countAlike && { lifeServed: median(served) }),
    peaks: recycled.map(({ life, toMs }) => ({ endedAtMs: toMs, bytes: peakOf(life, nowMs) })),
  };
}

/**
 * What recycling makes of a judgement: while a worker is younger than its forerunners became and holds no more than
 * they did, their peaks are judged and not its slope. `limitBytes` is the RSS that each may reach when all are at their peak.
 */
export function judgePeaks(
  judgement: Judgement,
  recycling: Recycling,
  worker: { readonly ageMs: number; readonly rssBytes: number; readonly served?: number },
  limitBytes: number,
): Judgement {
  if (judgement.rule === 'near-limit' || judgement.rule === 'pressure' || judgement.shortage === 'silent')
    return judgement;
  const { peaks, lifeMs, lifeServed } = recycling;
  const overdue =
    lifeServed !== undefined && worker.served !== undefined
      ? worker.served > OVERDUE * lifeServed
      : worker.ageMs > OVERDUE * lifeMs;
  const highest = Math.max(...peaks.map(({ bytes }) => bytes));
  if (overdue || worker.rssBytes > BEYOND * highest) return judgement;
  const rest = { ...(judgement.trend && { trend: judgement.trend }), ...levelOnly(judgement) };
  const bound = PEAK_SHARE * limitBytes;
  if (median(peaks.slice(-3).map(({ bytes }) => bytes)) >= bound) {
    // Its own figures say more; without any, it will be there when its forerunners were.
    if (judgement.severity !== 'calm') return judgement;
    const leftMs = lifeMs - worker.ageMs;
    return {
      ...rest,
      severity: 'warning',
      rule: 'rising-peaks',
      settled: false,
      ...(leftMs > 0 && { etaMs: leftMs }),
    };
  }
  const etaMs = peakEtaMs(peaks, bound);
  return etaMs !== undefined && etaMs <= PEAK_ETA_MS
    ? { ...rest, severity: 'warning', rule: 'rising-peaks', etaMs, settled: false }
    : { ...rest, severity: 'calm', rule: 'none', settled: true };
}

function levelOnly({ level }: Judgement): { readonly level?: number } {
  return level === undefined ? {} : { level };
}

/** Peaks follow the traffic of the hour, so that only whole days are compared: the last one with the one before. */
function peakEtaMs(peaks: Recycling['peaks'], bound: number): number | undefined {
  const lastMs = peaks.at(-1)?.endedAtMs ?? 0;
  const highest = (daysAgo: number) =>
    Math.max(
      ...peaks
        .filter(({ endedAtMs }) => Math.floor((lastMs - endedAtMs) / DAY_MS) === daysAgo)
        .map(({ bytes }) => bytes),
    );
  const isWhole = (peaks[0]?.endedAtMs ?? lastMs) <= lastMs - 1.75 * DAY_MS;
  const [now, before] = [highest(0), highest(1)];
  return isWhole && now > before * (1 + LEAST_RISE)
    ? Math.max(0, ((bound - now) / (now - before)) * DAY_MS)
    : undefined;
}

function areAlike(lengths: readonly number[]): boolean {
  return medianDeviation(lengths) < ALIKE * median(lengths);
}

function isRestart(
  endMs: number,
  spans: readonly { readonly fromMs: number; readonly toMs: number }[],
): boolean {
  const around = spans.filter(
    ({ fromMs, toMs }) => fromMs < endMs - TOGETHER_MS && toMs >= endMs - TOGETHER_MS,
  );
  return around.length > 1 && around.every(({ toMs }) => toMs <= endMs + TOGETHER_MS);
}

/** The highest bucket, or what was held at the very end: a bucket's low end is as old as its begin. */
function peakOf({ points }: WorkerLife, nowMs: number): number {
  const { values, sharedBytes } = envelopeOf(points, nowMs);
  const highest = Math.max(0, ...values.filter(value => !Number.isNaN(value)));
  const latest = points
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(-5)
    .map(({ rssBytes }) => rssBytes);
  return Math.max(highest + sharedBytes, median(latest));
}
