import { spanOf } from './worker-life.ts';
import type { WorkerLife } from './worker-sample.ts';

/** A reload lets old workers end their requests beside the new ones; a sample may catch both. */
const OVERLAP_MS = 2 * 60_000;

/**
 * Since when the present generation of workers runs: the last moment at which every worker was another one than
 * before. A deploy does that; workers that die one by one do not. So lives since then are of one release, and whatever
 * came before may be of another one. Undefined where nobody was seen.
 */
export function releaseStart(lives: readonly WorkerLife[]): number | undefined {
  const spans = lives
    .filter(life => life.points.length > 0)
    .map(spanOf)
    .sort((a, b) => a.fromMs - b.fromMs);
  let since = spans[0]?.fromMs;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of spans) {
    // A life as short as the overlap would be a boundary of its own.
    if (lastEndMs > Number.NEGATIVE_INFINITY && fromMs > lastEndMs - OVERLAP_MS && isApart(fromMs, since))
      since = fromMs;
    lastEndMs = Math.max(lastEndMs, toMs);
  }
  return since;
}

function isApart(fromMs: number, sinceMs: number | undefined): boolean {
  return sinceMs === undefined || fromMs - sinceMs > OVERLAP_MS;
}
