import type { Basis } from './quantity.ts';

/** How the workers of one unit grow and work: what `max_requests` is computed from. What is absent is not known. */
export interface GrowthMeasure {
  /**
   * Upper 90 % of the growth per request, at least 1.3 times the middle estimate; 0 when it was looked for long
   * enough and none was found.
   */
  readonly bytesPerRequestHi?: number;
  /** Middle estimate. */
  readonly bytesPerHour?: number;
  /** In the busiest minute. */
  readonly requestsPerSecondPerWorkerPeak?: number;
  readonly workers?: number;
  /** Memory of a worker 30 to 60 minutes after its start, the largest 5 % of workers left out. */
  readonly freshBytes?: number;
  /** Nobody saw a worker at that age: a fresh one holds no more than `freshBytes`, perhaps much less. */
  readonly freshIsAtMost?: boolean;
  /** From fork to the first answer. */
  readonly bootSeconds?: number;
  /** How busy workers are at the peak, 0 to 1. */
  readonly peakUtilisation?: number;
  /** Until 90 % of what a worker fills after its start is filled. */
  readonly warmSeconds?: number;
  readonly basis: Readonly<Partial<Record<GrowthQuantity, Basis>>>;
}

export type GrowthQuantity = Exclude<keyof GrowthMeasure, 'basis' | 'freshIsAtMost'>;

/** What a unit's workers may fill together. */
export interface MemoryRoom {
  readonly limitBytes?: number;
  readonly limit?: 'memory-max' | 'memory-high' | 'host';
  readonly masterBytes?: number;
  readonly basis: Readonly<Partial<Record<RoomQuantity, Basis>>>;
}

export type RoomQuantity = 'limitBytes' | 'masterBytes';
