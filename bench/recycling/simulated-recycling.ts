import type { Random } from '../growth/random.ts';
import type { Service } from './services.ts';

/** One unit over some days under given settings. */
export interface RecyclingRun {
  readonly peakShareOfLimit: number;
  readonly restarts: number;
  /** How often so many workers, or more, began to be away together: `[2]` two or more. */
  readonly awayTogether: readonly number[];
  /** The same in the first round after the start, in which every worker leaves once. */
  readonly togetherInFirstRound: readonly boolean[];
}

const DAY_SECONDS = 86_400;
/** Traffic swings by this share around its mean; the mean is chosen so that the peak is the service's. */
const SWING = 0.6;
/** The kernel and NGINX give workers nearly the same share. */
const UNEVEN = 0.02;
const STEP_SECONDS = 60;

/** Traffic of one worker at a moment, as a share of its peak. */
const loadAt = (seconds: number) =>
  (1 + SWING * Math.sin((seconds / DAY_SECONDS) * 2 * Math.PI)) / (1 + SWING);

/** Requests of a worker with peak rate 1 from the begin to each step: integrated once for all runs. */
function cumulatedLoad(days: number): Float64Array {
  const steps = Math.ceil((days * DAY_SECONDS) / STEP_SECONDS) + 1;
  const sum = new Float64Array(steps);
  for (let i = 1; i < steps; i++)
    sum[i] = (sum[i - 1] as number) + loadAt((i - 0.5) * STEP_SECONDS) * STEP_SECONDS;
  return sum;
}
const loads = new Map<number, Float64Array>();

interface Life {
  beganAtLoad: number;
  endsAtSeconds: number;
  /** Requests per unit of load. */
  rate: number;
  bytesPerRequest: number;
}

/** Every worker from a common start; each life draws its own jitter, growth and share of traffic. */
export function simulateRecycling(
  { measure, room, bytesPerRequest, growthVariation, peakRequestsPerSecond }: Service,
  settings: { readonly maxRequests: number; readonly maxRequestsJitter: number },
  days: number,
  random: Random,
): RecyclingRun {
  const load = loads.get(days) ?? cumulatedLoad(days);
  loads.set(days, load);
  const endSeconds = days * DAY_SECONDS;
  const loadBy = (seconds: number) => {
    const at = Math.min(seconds / STEP_SECONDS, load.length - 1.001);
    const low = Math.floor(at);
    return (load[low] as number) + (at - low) * ((load[low + 1] as number) - (load[low] as number));
  };
  const whenLoad = (wanted: number) => {
    if (wanted >= (load.at(-1) as number)) return Number.POSITIVE_INFINITY;
    let low = 0;
    let high = load.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((load[middle] as number) <= wanted) low = middle;
      else high = middle;
    }
    const span = (load[high] as number) - (load[low] as number);
    return (low + (wanted - (load[low] as number)) / span) * STEP_SECONDS;
  };
  const born = (seconds: number): Life => {
    const beganAtLoad = loadBy(seconds);
    const rate = peakRequestsPerSecond * Math.max(0.5, 1 + UNEVEN * random.normal());
    const limit = settings.maxRequests + random.whole(0, settings.maxRequestsJitter);
    // Requests come by chance: their time for `limit` of them scatters by the square root.
    const worked = Math.max(1, limit + Math.sqrt(limit) * random.normal());
    return {
      beganAtLoad,
      rate,
      bytesPerRequest: bytesPerRequest * Math.max(0, 1 + growthVariation * random.normal()),
      endsAtSeconds: whenLoad(beganAtLoad + worked / rate),
    };
  };

  const workers = Array.from({ length: measure.workers }, () => born(0));
  const backAt = new Float64Array(measure.workers);
  const rounds = new Uint32Array(measure.workers);
  const awayTogether = new Array<number>(measure.workers + 1).fill(0);
  const togetherInFirstRound = new Array<boolean>(measure.workers + 1).fill(false);
  let peakBytes = 0;
  let restarts = 0;
  for (;;) {
    let next = 0;
    for (let i = 1; i < workers.length; i++)
      if ((workers[i] as Life).endsAtSeconds < (workers[next] as Life).endsAtSeconds) next = i;
    const now = (workers[next] as Life).endsAtSeconds;
    if (now >= endSeconds) break;
    // Memory is largest just before somebody leaves.
    let bytes = room.masterBytes;
    const loadNow = loadBy(now);
    let away = 1;
    for (const [i, life] of workers.entries()) {
      if (i !== next && (backAt[i] as number) > now) away++;
      const served = Math.max(0, loadNow - life.beganAtLoad) * life.rate;
      bytes += measure.freshBytes + served * life.bytesPerRequest;
    }
    peakBytes = Math.max(peakBytes, bytes);
    restarts++;
    const isFirst = rounds[next] === 0;
    rounds[next] = (rounds[next] as number) + 1;
    for (let k = 2; k <= away; k++) {
      awayTogether[k] = (awayTogether[k] as number) + 1;
      if (isFirst) togetherInFirstRound[k] = true;
    }
    backAt[next] = now + measure.bootSeconds;
    workers[next] = born(now + measure.bootSeconds);
  }
  return { peakShareOfLimit: peakBytes / room.limitBytes, restarts, awayTogether, togetherInFirstRound };
}
