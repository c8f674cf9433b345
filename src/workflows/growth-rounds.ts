import { BUCKET_MS } from '../growth/envelope.ts';
import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { UnitHistory } from '../growth/unit-history.ts';
import type { UnitSample } from '../growth/worker-sample.ts';
import type { Service } from '../inventory/registry.ts';
import { growthHistories } from './growth-histories.ts';
import type { Log, Pause } from './ports.ts';
import type { Samples } from './sample-ports.ts';

/** The growth analysis: judges one service by the lives of its workers. */
export type JudgeGrowth = (about: {
  readonly service: string;
  readonly atMs: number;
  readonly units: readonly UnitHistory[];
}) => ServiceGrowth;

export interface GrowthRoundsPorts {
  readonly samples: Samples;
  readonly judge: JudgeGrowth;
  readonly pause: Pause;
  readonly log: Log;
  told(growth: ServiceGrowth, units: readonly UnitHistory[]): void;
}

/** Judges services after each bucket, one after the other, beside the sampling and never twice at a time. */
export class GrowthRounds {
  readonly #ports: GrowthRoundsPorts;
  /** The newest sample of each unit at the round before: whether counters of its cgroup rose since. */
  readonly #before = new Map<string, UnitSample>();
  #bucket: number | undefined;
  #round: Promise<void> = Promise.resolve();
  #under = false;
  #stopped = false;

  constructor(ports: GrowthRoundsPorts) {
    this.#ports = ports;
  }

  /** Begins a round when a bucket has ended since the last one; at first with what an earlier process has stored. */
  after(nowMs: number, services: readonly Service[]): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    if (this.#bucket !== undefined && bucket <= this.#bucket) return;
    // A round that still goes on is followed by this one at the next tick.
    if (this.#under || this.#stopped) return;
    this.#bucket = bucket;
    this.#under = true;
    this.#round = this.#judgeAll(bucket * BUCKET_MS, services).finally(() => {
      this.#under = false;
    });
  }

  /** Begins nothing more, and waits for the service that is being judged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#round;
  }

  async #judgeAll(atMs: number, services: readonly Service[]): Promise<void> {
    const { samples, judge, pause, told, log } = this.#ports;
    for (const service of services) {
      if (this.#stopped) return;
      try {
        const units = (await growthHistories(samples, service, atMs)).map(unit => this.#compared(unit));
        if (this.#stopped) return;
        told(judge({ service: service.id, atMs, units }), units);
      } catch (error) {
        log.error({ err: error, service: service.id }, 'the growth of a service could not be judged');
      }
      await pause();
    }
  }

  #compared(history: UnitHistory): UnitHistory {
    const { server, unit, last } = history;
    const key = `${server} ${unit}`;
    const before = this.#before.get(key);
    if (last) this.#before.set(key, last);
    return before === undefined ? history : { ...history, before };
  }
}
