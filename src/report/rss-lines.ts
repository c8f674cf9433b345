import type { ChartData } from './chart-data.ts';

export interface RssPoint {
  readonly atMs: number;
  readonly rssBytes: number;
}

/** One worker's life in memory: unbroken pieces, so that no line is drawn across time without samples. */
export interface RssLine {
  readonly pid: number;
  readonly pieces: readonly (readonly RssPoint[])[];
}

/** Workers with their samples, and the window that is drawn. */
export type RssSource = Pick<ChartData, 'workers' | 'window'>;

/** More points than this per worker cannot be told apart on the chart. */
const POINTS = 430;
/** A pause longer than this many usual steps breaks the line. */
const PAUSE_STEPS = 4;

/** Workers with their samples of the window in the order of time; those without any are left out. */
function workersInWindow({ workers, window }: RssSource): ChartData['workers'] {
  return workers
    .map(({ pid, points }) => ({
      pid,
      points: points
        .filter(point => point.atMs >= window.fromMs && point.atMs <= window.toMs)
        .sort((one, other) => one.atMs - other.atMs),
    }))
    .filter(({ points }) => points.length > 0);
}

/** Lines of all workers with a sample in the window, thinned to what can be seen; peaks are kept. */
export function rssLines(chart: RssSource): RssLine[] {
  return workersInWindow(chart).map(({ pid, points }) => ({
    pid,
    pieces: piecesOf(points).map(piece => thinned(piece, chart.window)),
  }));
}

/** RSS of all workers together, per round of samples. Pages that workers share count once for each of them. */
export function rssSum(chart: ChartData): (readonly RssPoint[])[] {
  const workers = workersInWindow(chart);
  const points = workers.flatMap(({ pid, points: all }) => all.map(point => ({ ...point, pid })));
  const stepMs = usualStepMs(workers.map(worker => worker.points));
  const buckets = new Map<number, Map<number, number>>();
  for (const { atMs, rssBytes, pid } of points) {
    const bucket = Math.round(atMs / stepMs) * stepMs;
    const of = buckets.get(bucket) ?? new Map<number, number>();
    buckets.set(bucket, of.set(pid, rssBytes));
  }
  const sums = [...buckets]
    .map(([atMs, sizes]) => ({ atMs, rssBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }))
    .sort((one, other) => one.atMs - other.atMs);
  return piecesOf(sums).map(piece => thinned(piece, chart.window));
}

function usualStepMs(pieces: readonly (readonly RssPoint[])[]): number {
  const steps = pieces
    .flatMap(piece => piece.slice(1).map((point, index) => point.atMs - (piece[index]?.atMs ?? point.atMs)))
    .filter(step => step > 0)
    .sort((one, other) => one - other);
  return steps[Math.floor(steps.length / 2)] ?? 60_000;
}

function piecesOf(points: readonly RssPoint[]): RssPoint[][] {
  const pauseMs = usualStepMs([points]) * PAUSE_STEPS;
  const pieces: RssPoint[][] = [];
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (point.atMs - previousMs > pauseMs) pieces.push([]);
    pieces.at(-1)?.push(point);
    previousMs = point.atMs;
  }
  return pieces;
}

/** The highest point of each slice of time: a peak before a kill must not be thinned away. */
function thinned(piece: readonly RssPoint[], window: ChartData['window']): RssPoint[] {
  if (piece.length <= POINTS) return [...piece];
  const sliceMs = (window.toMs - window.fromMs) / POINTS;
  const highest = new Map<number, RssPoint>();
  for (const point of piece) {
    const slice = Math.floor((point.atMs - window.fromMs) / sliceMs);
    const best = highest.get(slice);
    if (best === undefined || point.rssBytes >= best.rssBytes) highest.set(slice, point);
  }
  return [...highest.values()];
}
