import { Arithmetic, ASSUMED_BOOT_SECONDS } from './arithmetic.ts';
import type { GrowthMeasure, MemoryRoom } from './growth-measure.ts';
import { chanceMoreAway, chanceTwoAway, type RecyclingPrediction } from './recycling.ts';

/** Settings that somebody chose. */
interface ChosenSettings {
  readonly maxRequests: number;
  readonly maxRequestsJitter: number;
}

/**
 * What will happen with numbers that a person chose, by the same arithmetic as for the computed ones. Undefined while
 * traffic, workers or their size are not known.
 */
export function predictRecycling(
  { maxRequests, maxRequestsJitter }: ChosenSettings,
  growth: GrowthMeasure,
  room: MemoryRoom,
): RecyclingPrediction | undefined {
  const { workers, freshBytes, bytesPerRequestHi, requestsPerSecondPerWorkerPeak: rate } = growth;
  const { limitBytes, masterBytes } = room;
  if (workers === undefined || rate === undefined || rate <= 0) return undefined;
  if (freshBytes === undefined || bytesPerRequestHi === undefined) return undefined;
  if (limitBytes === undefined || masterBytes === undefined) return undefined;
  const sum = new Arithmetic(growth, room);
  const spareWorkers = sum.spareWorkers(workers);
  const bootRequests = sum.bootRequests(growth.bootSeconds ?? ASSUMED_BOOT_SECONDS, rate);
  const meanLifeSeconds = (maxRequests + maxRequestsJitter / 2) / rate;
  const peakBytes =
    workers * (freshBytes + (maxRequests + maxRequestsJitter) * bytesPerRequestHi) + masterBytes;
  return {
    shortestLifeSeconds: maxRequests / rate,
    meanLifeSeconds,
    restartsPerHourPerWorker: 3600 / meanLifeSeconds,
    restartsPerHourOfService: (3600 * workers) / meanLifeSeconds,
    peakBytes,
    peakShareOfLimit: peakBytes / limitBytes,
    chanceTwoAway: chanceTwoAway(workers, bootRequests, maxRequestsJitter),
    spareWorkers,
    chanceMoreThanSpareAway: chanceMoreAway(workers, spareWorkers, bootRequests, maxRequestsJitter),
    jitterWasCut: false,
  };
}
