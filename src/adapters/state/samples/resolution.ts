import type { LifePoint, UnitSample, WorkerLife } from '../../../growth/worker-sample.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What a page of memory holds; a system with larger pages counts in multiples of it. */
export const PAGE_BYTES = 4_096;
export const SECOND_MS = 1_000;

/** A life within its unit. */
export type UnitLife = Omit<WorkerLife, 'server' | 'unit'>;

export const pagesOf = (bytes: number) => Math.round(bytes / PAGE_BYTES);

/** A sample as lives of one point each, at the resolution in which lives are kept: whole seconds and pages. */
export function livesOfSample({ atMs, bootId, workers }: UnitSample): readonly UnitLife[] {
  const secondMs = Math.floor(atMs / SECOND_MS) * SECOND_MS;
  return workers.map(({ pid, startTicks, rssBytes, ussBytes, served }) => ({
    pid,
    startTicks,
    bootId,
    points: [
      {
        atMs: secondMs,
        rssBytes: pagesOf(rssBytes) * PAGE_BYTES,
        ...(ussBytes !== undefined && { ussBytes: pagesOf(ussBytes) * PAGE_BYTES }),
        ...(served !== undefined && { served }),
      },
    ],
  }));
}

/** Lives with the points of all parts, oldest first; of two points in one minute the earlier given one counts. */
export function joinedLives(parts: Iterable<UnitLife>): readonly UnitLife[] {
  const pointsOf = new Map<string, { readonly life: UnitLife; readonly points: Map<number, LifePoint> }>();
  for (const life of parts) {
    const key = `${life.startTicks} ${life.pid} ${life.bootId}`;
    const known = pointsOf.get(key) ?? { life, points: new Map() };
    pointsOf.set(key, known);
    for (const point of life.points) {
      const minute = Math.floor(point.atMs / MINUTE_MS);
      if (!known.points.has(minute)) known.points.set(minute, point);
    }
  }
  return [...pointsOf.values()]
    .map(({ life: { pid, startTicks, bootId }, points }) => ({
      pid,
      startTicks,
      bootId,
      points: [...points.values()].sort((a, b) => a.atMs - b.atMs),
    }))
    .sort(
      (a, b) =>
        (a.points[0]?.atMs ?? 0) - (b.points[0]?.atMs ?? 0) || a.startTicks - b.startTicks || a.pid - b.pid,
    );
}
