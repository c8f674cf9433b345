import { Arithmetic, ASSUMED_BOOT_SECONDS, HEADROOM_SHARE, type RecyclingQuantity } from './arithmetic.ts';
import type { GrowthMeasure, MemoryRoom } from './growth-measure.ts';
import type { Step } from './quantity.ts';

/** Accepted chance that more workers than can be spared are away at once in a cycle. */
const ACCEPTED_CHANCE = 0.05;
const MOST_REQUESTS = 100_000;
const LEAST_REQUESTS = 500;
const LEAST_LIFE_SECONDS = 30 * 60;
/** At most 2 % of the time is spent booting. */
const LIFE_PER_BOOT = 50;
const LIFE_PER_WARM_UP = 5;
/** A worker that fits today must fit when the release after this one is a little larger. */
const FIT_MARGIN = 1.15;

/** What will happen with the settings, at peak traffic. */
export interface RecyclingPrediction {
  /** From the first request to the earliest restart that the draw of the jitter allows. */
  readonly shortestLifeSeconds: number;
  readonly meanLifeSeconds: number;
  readonly restartsPerHourPerWorker: number;
  readonly restartsPerHourOfService: number;
  /** Every worker on its last request at the same time. */
  readonly peakBytes: number;
  readonly peakShareOfLimit: number;
  /** In the first cycle after a start, when all begin together; an upper bound where the jitter is small. */
  readonly chanceTwoAway: number;
  /** How many may be away together without a queue. */
  readonly spareWorkers: number;
  /** Upper bound. */
  readonly chanceMoreThanSpareAway: number;
  /** The memory left no room for the jitter that the accepted chance would need. */
  readonly jitterWasCut: boolean;
}

export type RecyclingRefusal =
  | {
      readonly reason: 'memory-too-small';
      readonly budgetBytes: number;
      readonly freshBytes: number;
      readonly workers: number;
      readonly workersThatFit: number;
    }
  | { readonly reason: 'one-worker'; readonly bootSeconds: number }
  | { readonly reason: 'no-growth' }
  | {
      readonly reason: 'growth-too-fast';
      readonly maxRequests: number;
      readonly lifeSeconds: number;
      readonly leastRequests: number;
      readonly leastLifeSeconds: number;
      readonly because: 'half-an-hour' | 'boot' | 'warm-up';
    };

/** Settings with their arithmetic, a refusal with its figures, or what is still missing. */
export type RecyclingAdvice = { readonly steps: readonly Step[] } & (
  | {
      readonly kind: 'settings';
      readonly maxRequests: number;
      readonly maxRequestsJitter: number;
      readonly prediction: RecyclingPrediction;
      readonly assumed: readonly RecyclingQuantity[];
    }
  | ({ readonly kind: 'refused' } & RecyclingRefusal)
  | {
      readonly kind: 'not-yet';
      readonly missing: readonly RecyclingQuantity[];
    }
);

/**
 * `max_requests` and `max_requests_jitter` for one unit, computed so that all its workers together stay below
 * the limit less the headroom whatever the jitter draws, and that rarely more workers are away than can be spared.
 * Gunicorn adds the jitter to max_requests: it is taken off here.
 */
export function adviseRecycling(growth: GrowthMeasure, room: MemoryRoom): RecyclingAdvice {
  const sum = new Arithmetic(growth, room);
  const { limitBytes, masterBytes } = room;
  const { workers, freshBytes, bytesPerRequestHi, requestsPerSecondPerWorkerPeak: rate } = growth;
  const missing = (
    [
      ['limitBytes', limitBytes],
      ['masterBytes', masterBytes],
      ['workers', workers],
      ['freshBytes', freshBytes],
      ['bytesPerRequestHi', bytesPerRequestHi],
      ['requestsPerSecondPerWorkerPeak', rate],
    ] as const
  ).flatMap(([name, value]) => (value === undefined ? [name] : []));
  const done = <T>(answer: T) => ({ ...answer, steps: sum.steps });
  const notYet = () => done({ kind: 'not-yet' as const, missing });

  const bootSeconds = growth.bootSeconds ?? ASSUMED_BOOT_SECONDS;
  if (workers === 1) return done({ kind: 'refused', reason: 'one-worker', bootSeconds });
  if (limitBytes === undefined || masterBytes === undefined || workers === undefined) return notYet();

  const budgetBytes = (limitBytes * (1 - HEADROOM_SHARE) - masterBytes) / workers;
  sum.step(
    '(limit × (1 − headroom) − master) ÷ workers',
    [sum.of('limitBytes'), sum.headroom, sum.of('masterBytes'), sum.of('workers')],
    { name: 'budget of one worker', value: budgetBytes, unit: 'bytes' },
  );
  if (freshBytes === undefined) return notYet();
  // What grew to this size may have begun at half of it: that refuses nothing.
  if (budgetBytes <= freshBytes && growth.freshIsAtMost)
    return done({ kind: 'not-yet', missing: ['freshBytes', ...missing] });
  if (budgetBytes <= freshBytes) {
    const fit = (limitBytes * (1 - HEADROOM_SHARE) - masterBytes) / (FIT_MARGIN * freshBytes);
    const workersThatFit = Math.max(0, Math.floor(fit));
    sum.step(
      '(limit × (1 − headroom) − master) ÷ (1.15 × fresh worker), rounded down',
      [sum.of('limitBytes'), sum.headroom, sum.of('masterBytes'), sum.of('freshBytes')],
      { name: 'workers that fit', value: workersThatFit, unit: 'workers' },
    );
    return done({
      kind: 'refused',
      reason: 'memory-too-small',
      budgetBytes,
      freshBytes,
      workers,
      workersThatFit,
    });
  }
  if (bytesPerRequestHi !== undefined && bytesPerRequestHi <= 0)
    return done({ kind: 'refused', reason: 'no-growth' });
  if (bytesPerRequestHi === undefined) {
    sum.timeToLimit(budgetBytes - freshBytes);
    return notYet();
  }

  const roomForRequests = Math.floor((budgetBytes - freshBytes) / bytesPerRequestHi);
  const lastRequest = Math.min(roomForRequests, MOST_REQUESTS);
  sum.step(
    `(budget − fresh worker) ÷ growth per request, rounded down, at most ${MOST_REQUESTS}`,
    [
      { name: 'budget of one worker', value: budgetBytes, unit: 'bytes' },
      sum.of('freshBytes'),
      sum.of('bytesPerRequestHi'),
    ],
    { name: 'last request a worker may serve', value: lastRequest, unit: 'requests' },
  );
  if (rate === undefined) return notYet();

  const spareWorkers = sum.spareWorkers(workers);
  const bootRequests = sum.bootRequests(bootSeconds, rate);
  const wishedJitter = Math.ceil(jitterFor(workers, spareWorkers, bootRequests));
  const maxRequestsJitter = Math.min(wishedJitter, Math.floor(lastRequest / 3));
  const maxRequests = lastRequest - maxRequestsJitter;
  sum.settings({ spareWorkers, bootRequests, lastRequest, maxRequests, maxRequestsJitter });

  const shortestLifeSeconds = maxRequests / rate;
  sum.step(
    'max_requests ÷ requests per second of one worker',
    [
      { name: 'max_requests', value: maxRequests, unit: 'requests' },
      sum.of('requestsPerSecondPerWorkerPeak'),
    ],
    { name: 'shortest life of a worker', value: shortestLifeSeconds, unit: 'seconds' },
  );
  const least = leastLife(bootSeconds, growth.warmSeconds);
  if (maxRequests < LEAST_REQUESTS || shortestLifeSeconds < least.seconds)
    return done({
      kind: 'refused',
      reason: 'growth-too-fast',
      maxRequests,
      lifeSeconds: shortestLifeSeconds,
      leastRequests: LEAST_REQUESTS,
      leastLifeSeconds: least.seconds,
      because: least.because,
    });

  const meanLifeSeconds = (maxRequests + maxRequestsJitter / 2) / rate;
  const peakBytes = workers * (freshBytes + lastRequest * bytesPerRequestHi) + masterBytes;
  return done({
    kind: 'settings',
    maxRequests,
    maxRequestsJitter,
    prediction: {
      shortestLifeSeconds,
      meanLifeSeconds,
      restartsPerHourPerWorker: 3600 / meanLifeSeconds,
      restartsPerHourOfService: (3600 * workers) / meanLifeSeconds,
      peakBytes,
      peakShareOfLimit: peakBytes / limitBytes,
      chanceTwoAway: chanceTwoAway(workers, bootRequests, maxRequestsJitter),
      spareWorkers,
      chanceMoreThanSpareAway: chanceMoreAway(workers, spareWorkers, bootRequests, maxRequestsJitter),
      jitterWasCut: maxRequestsJitter < wishedJitter,
    },
    assumed: (['bootSeconds', 'peakUtilisation', 'warmSeconds'] as const).filter(
      name => growth[name] === undefined,
    ),
  });
}

/**
 * Chance that somewhere in the first cycle two workers are away at once, when each leaves at a uniform draw of
 * `jitter` requests and needs `bootRequests` of them to come back: exact for uniform draws.
 */
export function chanceTwoAway(workers: number, bootRequests: number, jitter: number): number {
  const free = 1 - ((workers - 1) * bootRequests) / Math.max(jitter, Number.MIN_VALUE);
  return free <= 0 ? 1 : 1 - free ** workers;
}

/** The same for more than `spare` workers: an upper bound, the expected number of such groups. */
export function chanceMoreAway(workers: number, spare: number, bootRequests: number, jitter: number): number {
  if (spare >= workers) return 0;
  if (spare === 1) return chanceTwoAway(workers, bootRequests, jitter);
  if (jitter <= bootRequests) return 1;
  return Math.min(1, combinations(workers, spare + 1) * (spare + 1) * (bootRequests / jitter) ** spare);
}

function jitterFor(workers: number, spare: number, bootRequests: number): number {
  const groups = combinations(workers, spare + 1) * (spare + 1);
  return bootRequests * (groups / ACCEPTED_CHANCE) ** (1 / spare);
}

function combinations(from: number, take: number): number {
  let count = 1;
  for (let i = 1; i <= take; i++) count = (count * (from - take + i)) / i;
  return count;
}

function leastLife(bootSeconds: number, warmSeconds = 0) {
  const candidates = [
    { seconds: LEAST_LIFE_SECONDS, because: 'half-an-hour' },
    { seconds: LIFE_PER_BOOT * bootSeconds, because: 'boot' },
    { seconds: LIFE_PER_WARM_UP * warmSeconds, because: 'warm-up' },
  ] as const;
  return candidates.reduce((least, next) => (next.seconds > least.seconds ? next : least));
}
