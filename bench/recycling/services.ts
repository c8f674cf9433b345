import type { GrowthMeasure, MemoryRoom } from '../../src/advice/growth-measure.ts';
import type { Random } from '../growth/random.ts';

const MEGABYTE = 1_048_576;
const KILOBYTE = 1_024;
/** The advice is given the upper 90 % of growth over lives, at least this times the middle. */
const LEAST_MARGIN = 1.3;
const UPPER_90 = 1.2816;

/** A service as it really behaves: what the advice is told of it is measured with the usual doubt. */
export interface Service {
  readonly name: string;
  readonly measure: GrowthMeasure & {
    readonly workers: number;
    readonly freshBytes: number;
    readonly bootSeconds: number;
  };
  readonly room: MemoryRoom & { readonly limitBytes: number; readonly masterBytes: number };
  /** Mean growth per request. */
  readonly bytesPerRequest: number;
  /** Growth differs from life to life by this share of its mean. */
  readonly growthVariation: number;
  readonly peakRequestsPerSecond: number;
}

interface Given {
  readonly name: string;
  readonly limitMegabytes: number;
  readonly masterMegabytes: number;
  readonly workers: number;
  readonly freshMegabytes: number;
  readonly kilobytesPerRequest: number;
  readonly peakRequestsPerSecond: number;
  readonly bootSeconds: number;
  readonly growthVariation?: number;
}

function service(given: Given): Service {
  const growthVariation = given.growthVariation ?? 0.3;
  const bytesPerRequest = given.kilobytesPerRequest * KILOBYTE;
  return {
    name: given.name,
    bytesPerRequest,
    growthVariation,
    peakRequestsPerSecond: given.peakRequestsPerSecond,
    measure: {
      workers: given.workers,
      freshBytes: given.freshMegabytes * MEGABYTE,
      bytesPerRequestHi: bytesPerRequest * Math.max(LEAST_MARGIN, 1 + UPPER_90 * growthVariation),
      requestsPerSecondPerWorkerPeak: given.peakRequestsPerSecond,
      bootSeconds: given.bootSeconds,
      peakUtilisation: 0.6,
      warmSeconds: 60,
      basis: {},
    },
    room: {
      limitBytes: given.limitMegabytes * MEGABYTE,
      limit: 'memory-max',
      masterBytes: given.masterMegabytes * MEGABYTE,
      basis: {},
    },
  };
}

/** Services of every size that people run, the last two leaking too fast for any setting. */
export const CASES: readonly Service[] = [
  service({
    name: 'A 4 workers, slow leak',
    limitMegabytes: 2_000,
    masterMegabytes: 40,
    workers: 4,
    freshMegabytes: 180,
    kilobytesPerRequest: 3,
    peakRequestsPerSecond: 3,
    bootSeconds: 3,
  }),
  service({
    name: 'B 4 workers, faster leak',
    limitMegabytes: 2_000,
    masterMegabytes: 40,
    workers: 4,
    freshMegabytes: 180,
    kilobytesPerRequest: 20,
    peakRequestsPerSecond: 3,
    bootSeconds: 3,
  }),
  service({
    name: 'C 9 workers, busy',
    limitMegabytes: 8_000,
    masterMegabytes: 40,
    workers: 9,
    freshMegabytes: 346,
    kilobytesPerRequest: 4,
    peakRequestsPerSecond: 10,
    bootSeconds: 8,
  }),
  service({
    name: 'D 2 workers, slow boot',
    limitMegabytes: 2_000,
    masterMegabytes: 40,
    workers: 2,
    freshMegabytes: 400,
    kilobytesPerRequest: 4,
    peakRequestsPerSecond: 4,
    bootSeconds: 20,
  }),
  service({
    name: 'E 4 workers, too fast',
    limitMegabytes: 1_000,
    masterMegabytes: 40,
    workers: 4,
    freshMegabytes: 180,
    kilobytesPerRequest: 20,
    peakRequestsPerSecond: 5,
    bootSeconds: 3,
  }),
  service({
    name: 'F 20 workers',
    limitMegabytes: 16_000,
    masterMegabytes: 40,
    workers: 20,
    freshMegabytes: 199,
    kilobytesPerRequest: 5,
    peakRequestsPerSecond: 10,
    bootSeconds: 3,
  }),
  service({
    name: 'G half a MB a request',
    limitMegabytes: 2_000,
    masterMegabytes: 40,
    workers: 4,
    freshMegabytes: 180,
    kilobytesPerRequest: 512,
    peakRequestsPerSecond: 3,
    bootSeconds: 3,
  }),
];

/** Any service: from two workers of 40 MB to two dozen of 500 MB, growing by 0.2 to 60 kB a request. */
export function randomService(random: Random, number: number): Service {
  const workers = random.whole(2, 24);
  const freshMegabytes = random.scale(40, 500);
  return service({
    name: `random ${number}`,
    workers,
    freshMegabytes,
    masterMegabytes: random.between(15, 80),
    // From hardly any room to four times the fresh size.
    limitMegabytes: workers * freshMegabytes * random.scale(1.3, 4),
    kilobytesPerRequest: random.scale(0.2, 60),
    peakRequestsPerSecond: random.scale(0.2, 20),
    bootSeconds: random.scale(0.5, 30),
    growthVariation: random.between(0.1, 0.3),
  });
}
