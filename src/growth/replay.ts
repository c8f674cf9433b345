import { BUCKET_MS } from './envelope.ts';
import { type GrowthEpisode, nextEpisode } from './growth-episode.ts';
import type { ServiceGrowth } from './growth-finding.ts';
import { serviceGrowth } from './service-growth.ts';
import { spanOf } from './worker-life.ts';
import type { WorkerLife } from './worker-sample.ts';

const MINUTE_MS = 60_000;

/** Something that would have been told. */
export interface ReplayEvent {
  /** Minute of the recording. */
  readonly minute: number;
  readonly kind: 'warning' | 'critical' | 'resolve' | 'reset-by-restart';
  /** Minutes from then until the limit, from and to; absent where nothing is expected. */
  readonly etaMinutes?: readonly [number, number];
  readonly reason: string;
}

/**
 * Plays recorded lives as if they happened, with a look at each end of a bucket that knows only what was there
 * by then. `limitBytes` is the limit of one worker.
 */
export function replayGrowth(lives: readonly WorkerLife[], limitBytes: number): readonly ReplayEvent[] {
  const spans = lives.map(spanOf);
  const fromMs = Math.min(...spans.map(span => span.fromMs));
  const toMs = Math.max(...spans.map(span => span.toMs));
  const events: ReplayEvent[] = [];
  let episode: GrowthEpisode | undefined;
  for (let nowMs = (Math.floor(fromMs / BUCKET_MS) + 1) * BUCKET_MS; nowMs <= toMs; nowMs += BUCKET_MS) {
    const unit = { server: 'recording', unit: 'recording', lives, workerLimitBytes: limitBytes };
    const growth = serviceGrowth('recording', [unit], nowMs);
    const step = nextEpisode(episode, growth);
    episode = step.episode;
    const event = step.tell && eventOf(step.tell.kind, growth, step.tell.because);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function eventOf(
  kind: 'warn' | 'raise' | 'edit' | 'resolve' | 'reset-by-restart',
  growth: ServiceGrowth,
  because: string,
): ReplayEvent | undefined {
  const minute = Math.round(growth.atMs / MINUTE_MS);
  if (kind === 'edit') return undefined;
  if (kind === 'resolve' || kind === 'reset-by-restart')
    return { minute, kind, reason: `${because.charAt(0).toUpperCase()}${because.slice(1)}.` };
  const [worst] = growth.workers;
  const { eta } = growth;
  return {
    minute,
    kind: growth.severity === 'critical' ? 'critical' : 'warning',
    ...(eta && { etaMinutes: [minutesUntil(eta.fromMs), minutesUntil(eta.toMs)] as const }),
    reason: worst?.reason ?? because,
  };

  function minutesUntil(atMs: number): number {
    return Math.max(0, Math.round((atMs - growth.atMs) / MINUTE_MS));
  }
}
