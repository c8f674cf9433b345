import type { LifePoint } from './worker-sample.ts';

/** USS is read at most hourly; after three missed readings it tells of another time. */
const STALE_MS = 3 * 60 * 60_000;

/** A worker's own memory at one moment. */
export interface OwnPoint {
  readonly atMs: number;
  readonly bytes: number;
}

/** The samples of a life in order of time, in the measure that shows growth best. */
export interface OwnMemory {
  readonly points: readonly OwnPoint[];
  /** What the worker shares with others at its last sample; 0 where only RSS is known. */
  readonly sharedBytes: number;
}

/**
 * What a worker holds for itself. Under preload RSS stays flat while pages are copied on write, so where USS was
 * read, the shared part (RSS less USS) is taken off RSS at each minute, linear between two readings. Samples that
 * are no memory size (not finite, not positive) are left out; of several at one instant the largest counts.
 */
export function ownMemory(points: readonly LifePoint[]): OwnMemory {
  const sorted = points
    .filter(point => Number.isFinite(point.atMs) && Number.isFinite(point.rssBytes) && point.rssBytes > 0)
    .sort((a, b) => a.atMs - b.atMs || a.rssBytes - b.rssBytes || (a.ussBytes ?? -1) - (b.ussBytes ?? -1));
  const samples = sorted.filter((point, at) => sorted[at + 1]?.atMs !== point.atMs);
  const readings = samples.filter(
    point => point.ussBytes !== undefined && point.ussBytes > 0 && point.ussBytes <= point.rssBytes,
  );
  const last = samples.at(-1)?.atMs ?? 0;
  const lastReading = readings.at(-1);
  if (readings.length < 2 || lastReading === undefined || last - lastReading.atMs > STALE_MS)
    return { points: samples.map(({ atMs, rssBytes }) => ({ atMs, bytes: rssBytes })), sharedBytes: 0 };
  let next = 0;
  const own = samples.map(({ atMs, rssBytes }) => {
    while (next < readings.length - 1 && (readings[next] as LifePoint).atMs < atMs) next++;
    const shared = sharedAt(atMs, readings[Math.max(0, next - 1)] as LifePoint, readings[next] as LifePoint);
    return { atMs, bytes: Math.max(0, rssBytes - shared) };
  });
  return { points: own, sharedBytes: sharedOf(lastReading) };
}

function sharedOf(reading: LifePoint): number {
  return reading.rssBytes - (reading.ussBytes ?? reading.rssBytes);
}

function sharedAt(atMs: number, before: LifePoint, after: LifePoint): number {
  const span = after.atMs - before.atMs;
  const share = span === 0 ? 1 : Math.min(1, Math.max(0, (atMs - before.atMs) / span));
  return sharedOf(before) + (sharedOf(after) - sharedOf(before)) * share;
}
