import { lifeKey, mergedLives, spanOf } from './worker-life.ts';
import type { UnitSample, WorkerLife, WorkerSample } from './worker-sample.ts';

/** What is known of one unit on one server. */
export interface UnitHistory {
  readonly server: string;
  readonly unit: string;
  /**
   * Lives with their samples, also finished ones. Half a day shows growth, a day or more also lives that end by
   * recycling; where a span cuts a life, its first hour within the span counts as warm-up.
   */
  readonly lives: readonly WorkerLife[];
  /** The newest sample: who is alive, and what bounds them. Without it, who was seen last is alive. */
  readonly last?: UnitSample;
  /** A sample about twenty minutes before `last`: whether counters of the cgroup rose since. */
  readonly before?: UnitSample;
  /** A limit of each worker by itself, in place of the unit's limits. */
  readonly workerLimitBytes?: number;
  /** Since when the present release runs here; without it earlier lives say nothing of young ones. */
  readonly releaseSinceMs?: number;
}

/** Without a newest sample: who was not seen for so long while others were is gone. */
const GONE_MS = 5 * 60_000;

/** The lives of a unit at a moment, told apart into those that run and those that ended. */
export interface UnitLives {
  readonly present: readonly WorkerLife[];
  readonly finished: readonly WorkerLife[];
}

/** Only what was known at `nowMs`: samples that a clock which stepped back dated later are left out. */
export function unitLives({ lives, last }: UnitHistory, nowMs: number): UnitLives {
  const known = mergedLives(lives)
    .map(life => ({ ...life, points: life.points.filter(point => point.atMs <= nowMs) }))
    .filter(life => life.points.length > 0);
  if (last === undefined) {
    const newest = known.reduce((newestMs, life) => Math.max(newestMs, spanOf(life).toMs), 0);
    return parted(known, life => spanOf(life).toMs >= newest - GONE_MS);
  }
  const alive = new Map(last.workers.map(worker => [lifeKey(worker, last.bootId), worker]));
  const { present, finished } = parted(known, life => alive.has(lifeKey(life, life.bootId)));
  for (const life of present) alive.delete(lifeKey(life, life.bootId));
  // A worker that was born since the history was read.
  return { present: [...present, ...[...alive.values()].map(worker => lifeOf(worker, last))], finished };
}

function parted(lives: readonly WorkerLife[], isPresent: (life: WorkerLife) => boolean): UnitLives {
  return { present: lives.filter(isPresent), finished: lives.filter(life => !isPresent(life)) };
}

function lifeOf(
  { pid, startTicks, ...memory }: WorkerSample,
  { server, unit, bootId, atMs }: UnitSample,
): WorkerLife {
  return { server, unit, pid, startTicks, bootId, points: [{ atMs, ...memory }] };
}
