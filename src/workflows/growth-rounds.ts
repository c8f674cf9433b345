import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { UnitSample, WorkerLife } from '../growth/worker-sample.ts';
import type { Service } from '../inventory/registry.ts';
import type { Log, Pause } from './ports.ts';
import type { Samples } from './sample-ports.ts';

/** A unit on one server as the analysis sees it. */
export interface UnitHistory {
  readonly server: string;
  readonly unit: string;
  readonly lives: readonly WorkerLife[];
  /** The newest sample: the limits that hold now. */
  readonly last?: UnitSample;
}

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
  told(growth: ServiceGrowth): void;
}

/** What the analysis thinks in. By epoch: no change of the wall clock makes one longer. */
export const BUCKET_MS = 20 * 60_000;
/** What the analysis looks at: lives that ended count for a day. */
const SPAN_MS = 25 * 3_600_000;

/** Judges services after each bucket, one after the other, beside the sampling and never twice at a time. */
export class GrowthRounds {
  readonly #ports: GrowthRoundsPorts;
  #bucket: number | undefined;
  #round: Promise<void> = Promise.resolve();
  #under = false;
  #stopped = false;

  constructor(ports: GrowthRoundsPorts) {
    this.#ports = ports;
  }

  /** Begins a round when a bucket has ended since the last one. The first call only notes the bucket. */
  after(nowMs: number, services: readonly Service[]): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    const isNew = this.#bucket !== undefined && bucket > this.#bucket;
    if (this.#bucket !== undefined && !isNew) return;
    // A round that still goes on is followed by this one at the next tick.
    if (this.#under) return;
    this.#bucket = bucket;
    if (!isNew) return;
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
    const { judge, pause, told, log } = this.#ports;
    for (const service of services) {
      if (this.#stopped) return;
      try {
        const units = await this.#histories(service, atMs);
        if (this.#stopped) return;
        told(judge({ service: service.id, atMs, units }));
      } catch (error) {
        log.error({ err: error, service: service.id }, 'the growth of a service could not be judged');
      }
      await pause();
    }
  }

  async #histories(service: Service, atMs: number): Promise<readonly UnitHistory[]> {
    const { samples } = this.#ports;
    const histories: UnitHistory[] = [];
    for (const { id: server } of service.servers) {
      const lives = await samples.lives(server, service.unit, { fromMs: atMs - SPAN_MS, toMs: atMs });
      const last = await samples.last(server, service.unit);
      histories.push({ server, unit: service.unit, lives, ...(last && { last }) });
    }
    return histories;
  }
}
