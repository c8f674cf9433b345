import type { WorkerLife, WorkerSample } from './worker-sample.ts';

/** A pid is used again after a while, start ticks after a reboot: together with the boot they name one life. */
export function lifeKey(
  { pid, startTicks }: Pick<WorkerSample, 'pid' | 'startTicks'>,
  bootId: string,
): string {
  return `${bootId}:${pid}:${startTicks}`;
}

/** First and last sample of a life, in whatever order its samples are; both NaN of none. */
export function spanOf({ points }: WorkerLife): { readonly fromMs: number; readonly toMs: number } {
  let fromMs = Number.NaN;
  let toMs = Number.NaN;
  for (const { atMs } of points) {
    if (!(atMs >= fromMs)) fromMs = atMs;
    if (!(atMs <= toMs)) toMs = atMs;
  }
  return { fromMs, toMs };
}

/** Requests served by a life's last count; undefined where nobody counts. */
export function servedBy({ points }: WorkerLife): number | undefined {
  let most: number | undefined;
  for (const { served } of points) if (served !== undefined && served > (most ?? 0)) most = served;
  return most;
}

/** The lives given, those of one process put together: a store may hand a life over in parts. */
export function mergedLives(lives: readonly WorkerLife[]): readonly WorkerLife[] {
  const merged = new Map<string, WorkerLife>();
  for (const life of lives) {
    const key = lifeKey(life, life.bootId);
    const known = merged.get(key);
    merged.set(key, known === undefined ? life : { ...known, points: [...known.points, ...life.points] });
  }
  return [...merged.values()];
}
