import { measureGrowth } from '../advice/measured-growth.ts';
import type { Service } from '../inventory/registry.ts';
import type { LeakMeasure } from '../remediation/leak-follow-up.ts';
import type { ChangeObserver, MeasuredSpan } from './change-ports.ts';
import type { Samples } from './sample-ports.ts';

export interface StoredObserverPorts {
  readonly samples: Pick<Samples, 'minutes' | 'lives'>;
  serviceOf(id: string): Promise<Service | undefined>;
  health: ChangeObserver['health'];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Growth is measured over this long; a slower one is no emergency. */
const GROWTH_SPAN_MS = 24 * HOUR_MS;

/** What the watch has kept about a service, before a change and after it. */
export class StoredObserver implements ChangeObserver {
  readonly #ports: StoredObserverPorts;

  constructor(ports: StoredObserverPorts) {
    this.#ports = ports;
  }

  health(url: string) {
    return this.#ports.health(url);
  }

  async span(id: string, fromMs: number, toMs: number): Promise<MeasuredSpan> {
    // What is kept under a minute was counted since the sample before it: the first one also tells of what came before.
    const all = await this.#ports.samples.minutes(id, { fromMs, toMs: toMs - 1 });
    const minutes = all.filter(({ atMs }) => atMs >= fromMs + MINUTE_MS);
    const sum = (of: (minute: (typeof minutes)[number]) => number) =>
      minutes.reduce((total, minute) => total + of(minute), 0);
    const peakRssBytes = await this.#peak(id, fromMs, toMs);
    return {
      fromMs,
      toMs,
      minutes: minutes.length,
      requests: sum(each => each.requests),
      http502: sum(each => each.http502),
      oomKills: sum(each => each.oomKills),
      restarts: sum(each => each.restarts),
      workerEnds: sum(each => each.workerEnds),
      ...(peakRssBytes !== undefined && { peakRssBytes }),
    };
  }

  async leak(id: string, actedAtMs: number, nowMs: number): Promise<LeakMeasure> {
    const then = await this.#growth(id, actedAtMs - GROWTH_SPAN_MS, actedAtMs);
    const now = await this.#growth(id, Math.max(actedAtMs, nowMs - GROWTH_SPAN_MS), nowMs);
    return {
      ...(then?.bytesPerHour !== undefined && { thenBytesPerHour: then.bytesPerHour }),
      ...(now?.bytesPerHour !== undefined && { nowBytesPerHour: now.bytesPerHour }),
      ...(then?.bytesPerRequestHi !== undefined && { thenBytesPerRequest: then.bytesPerRequestHi }),
      ...(now?.bytesPerRequestHi !== undefined && { nowBytesPerRequest: now.bytesPerRequestHi }),
    };
  }

  async #growth(id: string, fromMs: number, toMs: number) {
    const service = await this.#ports.serviceOf(id);
    if (!service) return undefined;
    const { samples } = this.#ports;
    const span = { fromMs, toMs };
    const lives = await Promise.all(service.servers.map(each => samples.lives(each.id, service.unit, span)));
    const traffic = await samples.minutes(id, span);
    return measureGrowth({ lives: lives.flat(), traffic, workersOfService: workersIn(lives.flat()) }).measure;
  }

  async #peak(id: string, fromMs: number, toMs: number): Promise<number | undefined> {
    const service = await this.#ports.serviceOf(id);
    if (!service) return undefined;
    let peak: number | undefined;
    for (const { id: server } of service.servers)
      for (const { points } of await this.#ports.samples.lives(server, service.unit, { fromMs, toMs }))
        for (const { rssBytes } of points) peak = Math.max(peak ?? 0, rssBytes);
    return peak;
  }
}

/** How many workers share the traffic: those that were seen in the last minute of the span. */
function workersIn(lives: readonly { readonly points: readonly { readonly atMs: number }[] }[]): number {
  const ends = lives.map(life => life.points.at(-1)?.atMs ?? 0);
  const last = Math.max(0, ...ends);
  return Math.max(1, ends.filter(end => last - end < 60_000).length);
}
