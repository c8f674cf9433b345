import type { GrowthMeasure, GrowthQuantity, MemoryRoom, RoomQuantity } from './growth-measure.ts';
import type { Basis, Quantity, Step } from './quantity.ts';

/** Part of the limit that stays free at the worst moment: all workers at their peak together. */
export const HEADROOM_SHARE = 0.15;
/** Until somebody measures it: longer than most applications take to import, so that the jitter errs wide. */
export const ASSUMED_BOOT_SECONDS = 10;
/** Above this utilisation queues build up. */
const FULL_UTILISATION = 0.85;

export type RecyclingQuantity = GrowthQuantity | RoomQuantity;

const NAMES: Readonly<Record<RecyclingQuantity, readonly [string, Quantity['unit']]>> = {
  limitBytes: ['limit', 'bytes'],
  masterBytes: ['master', 'bytes'],
  workers: ['workers', 'workers'],
  freshBytes: ['fresh worker', 'bytes'],
  bytesPerRequestHi: ['growth per request', 'bytes-per-request'],
  bytesPerHour: ['growth per hour', 'bytes-per-hour'],
  requestsPerSecondPerWorkerPeak: ['requests per second of one worker', 'requests-per-second'],
  bootSeconds: ['boot time', 'seconds'],
  peakUtilisation: ['utilisation at the peak', 'share'],
  warmSeconds: ['warm-up', 'seconds'],
};

/** What a quantity is called where people read it. */
export const quantityName = (quantity: RecyclingQuantity): string => NAMES[quantity][0];

const NOT_MEASURED: Basis = { kind: 'assumed', words: 'nobody has measured it', lines: [] };
const UNSAID: Basis = { kind: 'stated', words: 'given', lines: [] };

/** The calculation as it is written down, step by step. */
export class Arithmetic {
  readonly steps: Step[] = [];
  readonly headroom: Quantity = {
    name: 'headroom',
    value: HEADROOM_SHARE,
    unit: 'share',
    basis: { kind: 'stated', words: 'kept free at the worst moment', lines: [] },
  };
  readonly #growth: GrowthMeasure;
  readonly #room: MemoryRoom;

  constructor(growth: GrowthMeasure, room: MemoryRoom) {
    this.#growth = growth;
    this.#room = room;
  }

  step(formula: string, inputs: readonly Quantity[], result: Quantity): void {
    this.steps.push({ formula, inputs, result });
  }

  /** An input with its source. One that was not measured is shown with `assumed` and says so. */
  of(quantity: RecyclingQuantity, assumed = Number.NaN): Quantity {
    const [name, unit] = NAMES[quantity];
    const known = { ...this.#growth, ...this.#room }[quantity];
    const basis = { ...this.#growth.basis, ...this.#room.basis }[quantity];
    return {
      name,
      value: known ?? assumed,
      unit,
      basis: basis ?? (known === undefined ? NOT_MEASURED : UNSAID),
    };
  }

  /** For when growth is known by the hour only: no setting comes of it, but people want to know how long it takes. */
  timeToLimit(roomBytes: number): void {
    const { bytesPerHour } = this.#growth;
    if (bytesPerHour === undefined || bytesPerHour <= 0) return;
    this.step(
      '(budget − fresh worker) ÷ growth per hour',
      [{ name: 'budget − fresh worker', value: roomBytes, unit: 'bytes' }, this.of('bytesPerHour')],
      {
        name: 'a fresh worker fills its share in',
        value: (roomBytes / bytesPerHour) * 3600,
        unit: 'seconds',
      },
    );
  }

  /** How many workers may be away together; 1 while nobody knows how busy they are. */
  spareWorkers(workers: number): number {
    const { peakUtilisation } = this.#growth;
    const spare =
      peakUtilisation === undefined ? 1 : Math.floor(workers * (1 - peakUtilisation / FULL_UTILISATION));
    const value = Math.max(1, Math.min(spare, workers - 1));
    this.step(
      peakUtilisation === undefined
        ? '1 while utilisation is not measured'
        : 'workers × (1 − utilisation ÷ 0.85), rounded down, at least 1',
      [this.of('workers'), ...(peakUtilisation === undefined ? [] : [this.of('peakUtilisation')])],
      { name: 'workers that may be away together', value, unit: 'workers' },
    );
    return value;
  }

  bootRequests(bootSeconds: number, rate: number): number {
    const value = Math.max(1, bootSeconds * rate);
    this.step(
      'boot time × requests per second of one worker, at least 1',
      [this.of('bootSeconds', bootSeconds), this.of('requestsPerSecondPerWorkerPeak')],
      { name: 'boot time in requests', value, unit: 'requests' },
    );
    return value;
  }

  settings(about: {
    readonly spareWorkers: number;
    readonly bootRequests: number;
    readonly lastRequest: number;
    readonly maxRequests: number;
    readonly maxRequestsJitter: number;
  }): void {
    this.step(
      about.spareWorkers === 1
        ? 'workers × (workers − 1) × boot time in requests ÷ accepted chance of 0.05, at most a third of the last request'
        : 'boot time in requests × (groups of one more worker than may be away × their size ÷ accepted chance of 0.05) to the power of 1 ÷ workers that may be away, at most a third of the last request',
      [
        this.of('workers'),
        { name: 'boot time in requests', value: about.bootRequests, unit: 'requests' },
        { name: 'workers that may be away together', value: about.spareWorkers, unit: 'workers' },
      ],
      { name: 'max_requests_jitter', value: about.maxRequestsJitter, unit: 'requests' },
    );
    this.step(
      'last request − jitter, because Gunicorn adds the jitter',
      [
        { name: 'last request a worker may serve', value: about.lastRequest, unit: 'requests' },
        { name: 'max_requests_jitter', value: about.maxRequestsJitter, unit: 'requests' },
      ],
      { name: 'max_requests', value: about.maxRequests, unit: 'requests' },
    );
  }
}
