import type { ServiceGrowth } from '../growth/growth-finding.ts';
import { releaseStart } from '../growth/release-start.ts';
import { serviceGrowth } from '../growth/service-growth.ts';
import { spanOf } from '../growth/worker-life.ts';
import type { WorkerLife } from '../growth/worker-sample.ts';
import type { Service } from '../inventory/registry.ts';
import { growthHistories } from './growth-histories.ts';
import type { Samples, ServiceMinute } from './sample-ports.ts';

/** What is advised from: a week of lives tells how long they last, and traffic by day and by night. */
const SPAN_MS = 7 * 24 * 3_600_000;

export interface WatchedGrowth {
  readonly lives: readonly WorkerLife[];
  readonly traffic: readonly ServiceMinute[];
  readonly growth: ServiceGrowth;
}

/** What the watch has kept of a service; empty where it has not seen it yet. */
export async function watchedGrowth(
  service: Service,
  samples: Pick<Samples, 'lives' | 'last' | 'minutes'>,
  nowMs: number,
): Promise<Partial<WatchedGrowth>> {
  const units = await growthHistories(samples, service, nowMs);
  if (units.every(({ lives }) => lives.length === 0)) return {};
  const span = { fromMs: nowMs - SPAN_MS, toMs: nowMs };
  const lives: WorkerLife[] = [];
  for (const { id } of service.servers) {
    const known = await samples.lives(id, service.unit, span);
    const sinceMs = releaseStart(known) ?? nowMs;
    // Growth per request is a property of one release.
    lives.push(...known.filter(life => spanOf(life).fromMs >= sinceMs));
  }
  return {
    lives,
    traffic: await samples.minutes(service.id, span),
    growth: serviceGrowth(service.id, units, nowMs),
  };
}
