import { ownMemory } from '../growth/own-memory.ts';
import { median, quantile } from '../growth/quantile.ts';
import type { WorkerLife } from '../growth/worker-sample.ts';
import type { GrowthMeasure } from './growth-measure.ts';
import { judgeLives, type LifeGrowth, slopeWithUpper, type TrafficMinute } from './life-growth.ts';
import type { Basis } from './quantity.ts';

/** What the watch has kept of one unit on one server. */
export interface GrowthRecords {
  readonly lives: readonly WorkerLife[];
  readonly traffic: readonly TrafficMinute[];
  /** Over all servers: they share the traffic. */
  readonly workersOfService: number;
}

export interface MeasuredGrowth {
  readonly measure: GrowthMeasure;
  readonly judged: readonly LifeGrowth[];
  /** From when on the oldest running life can be judged, epoch ms; absent when one can, or nothing is watched. */
  readonly enoughFromMs?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** An hour of warm-up and nine buckets, and the bucket that is under way. */
const LEAST_AGE_MS = 4 * HOUR_MS + 20 * MINUTE_MS;
/** The upper estimate is never closer to the middle one than this: growth differs from life to life. */
const LEAST_MARGIN = 1.3;
/** A life whose first sample is this long after the unit's first was seen from its start. */
const SEEN_FROM_START_MS = 2 * MINUTE_MS;
/** A life without a sample for longer than this has ended. */
const STILL_RUNS_MS = 10 * MINUTE_MS;
/** Less than this is no warming up. */
const LEAST_WARM_SHARE = 0.05;

/** Growth, fresh size, warm-up and peak rate as the samples show them; what they do not show is absent. */
export function measureGrowth({ lives, traffic, workersOfService }: GrowthRecords): MeasuredGrowth {
  const judged = judgeLives(lives, traffic, workersOfService);
  const basis: { -readonly [K in keyof GrowthMeasure['basis']]: Basis } = {};
  const measured = (words: string): Basis => ({ kind: 'measured', words, lines: [] });
  const measure: { -readonly [K in keyof GrowthMeasure]: GrowthMeasure[K] } = { basis };

  const fresh = freshBytes(lives);
  if (fresh !== undefined) {
    measure.freshBytes = fresh.bytes;
    basis.freshBytes = measured(fresh.words);
    if (fresh.atMost) measure.freshIsAtMost = true;
  }
  const peak = peakRate(traffic, workersOfService);
  if (peak !== undefined) {
    measure.requestsPerSecondPerWorkerPeak = peak;
    basis.requestsPerSecondPerWorkerPeak = measured(
      `busiest 1 % of ${traffic.length} minutes, shared by ${workersOfService} workers`,
    );
  }
  if (judged.length > 0) {
    const growing = judged.filter(life => life.grows);
    const hours = Math.round(judged.reduce((sum, { endsAtMs }) => sum + spanHours(endsAtMs), 0));
    const over = `${growing.length} of ${judged.length} watched lives grow, ${hours} worker-hours`;
    measure.bytesPerHour = growing.length === 0 ? 0 : median(growing.map(perHour));
    basis.bytesPerHour = measured(over);
    const perRequest = growing.flatMap(({ bytes, served }) =>
      served ? [slopeWithUpper(bytes, served)] : [],
    );
    const usable = perRequest.filter(s => Number.isFinite(s.slope) && s.slope > 0);
    if (growing.length === 0) {
      measure.bytesPerRequestHi = 0;
      basis.bytesPerRequestHi = measured(over);
    } else if (usable.length > 0) {
      const middle = median(usable.map(s => s.slope));
      const upper = quantile(
        usable.map(s => s.upper),
        0.9,
      );
      measure.bytesPerRequestHi = Math.max(LEAST_MARGIN * middle, upper);
      basis.bytesPerRequestHi = measured(`${over}; upper 90 %, at least 1.3 times the middle estimate`);
    }
    const warm = warmSeconds(lives, judged);
    if (warm !== undefined) {
      measure.warmSeconds = warm;
      basis.warmSeconds = measured('until 90 % of what is not steady growth was there');
    }
  }
  const newest = Math.max(...lives.map(life => life.points.at(-1)?.atMs ?? 0));
  const begins = lives
    .filter(life => newest - (life.points.at(-1)?.atMs ?? 0) <= STILL_RUNS_MS)
    .flatMap(life => life.points[0]?.atMs ?? []);
  return {
    measure,
    judged,
    ...(judged.length === 0 && begins.length > 0 && { enoughFromMs: Math.min(...begins) + LEAST_AGE_MS }),
  };
}

const spanHours = (endsAtMs: Float64Array) =>
  ((endsAtMs.at(-1) as number) - (endsAtMs[0] as number)) / HOUR_MS;

function perHour({ bytes, endsAtMs }: LifeGrowth): number {
  return slopeWithUpper(bytes, endsAtMs).slope * HOUR_MS;
}

/** Lives that began while the unit was being watched: the others may be of any age. */
function seenFromStart(lives: readonly WorkerLife[]): readonly WorkerLife[] {
  const first = Math.min(...lives.flatMap(life => life.points[0]?.atMs ?? []));
  return lives.filter(life => (life.points[0]?.atMs ?? 0) - first > SEEN_FROM_START_MS);
}

/**
 * 95 % of workers hold no more 30 to 60 minutes after their start. Own memory where USS was read: what workers
 * share is in the master's size once. Lives that were met under way only give an upper bound.
 */
function freshBytes(
  lives: readonly WorkerLife[],
): { bytes: number; words: string; atMost: boolean } | undefined {
  const whole = new Set(seenFromStart(lives));
  const young = [...whole].flatMap(life => {
    const begin = life.points[0]?.atMs ?? 0;
    const own = ownMemory(life.points).points.filter(
      p => p.atMs - begin >= 30 * MINUTE_MS && p.atMs - begin <= 60 * MINUTE_MS,
    );
    return own.length === 0 ? [] : [median(own.map(p => p.bytes))];
  });
  if (young.length > 0)
    return {
      bytes: quantile(young, 0.95),
      words: `${young.length} workers 30 to 60 minutes after their start, 95 % hold no more`,
      atMost: false,
    };
  const met = lives
    .filter(life => !whole.has(life))
    .flatMap(life =>
      ownMemory(life.points)
        .points.slice(0, 1)
        .map(p => p.bytes),
    );
  if (met.length === 0) return undefined;
  return {
    bytes: quantile(met, 0.95),
    words: `${met.length} workers when they were first seen; a fresh one holds no more`,
    atMost: true,
  };
}

function peakRate(traffic: readonly TrafficMinute[], workers: number): number | undefined {
  if (traffic.length === 0 || workers < 1) return undefined;
  const busy = quantile(
    traffic.map(minute => minute.requests),
    0.99,
  );
  return busy > 0 ? busy / 60 / workers : undefined;
}

/** From the first sample to 90 % of the rise that steady growth does not account for; 0 where there is none. */
function warmSeconds(lives: readonly WorkerLife[], judged: readonly LifeGrowth[]): number | undefined {
  const whole = new Set(seenFromStart(lives));
  const each = judged
    .filter(({ life }) => whole.has(life))
    .map(({ life, ...growth }) => {
      const { points } = ownMemory(life.points);
      const begin = points[0]?.atMs ?? 0;
      const slope = growth.grows ? perHour({ life, ...growth }) / HOUR_MS : 0;
      const level = points.map(p => ({ at: p.atMs - begin, bytes: p.bytes - slope * (p.atMs - begin) }));
      const start = level[0]?.bytes ?? 0;
      const plateau = median(level.slice(-Math.max(5, Math.floor(level.length / 4))).map(p => p.bytes));
      const rise = plateau - start;
      if (rise < LEAST_WARM_SHARE * plateau) return 0;
      const filled = level.find(p => p.bytes >= start + 0.9 * rise);
      return filled === undefined ? 0 : filled.at / 1000;
    });
  return each.length === 0 ? undefined : median(each);
}
