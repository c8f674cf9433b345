import type { WorkerSample } from '../growth/worker-sample.ts';
import type { UnitMinute } from '../signals/unit-minute.ts';

/** Reading unshared memory costs about 4 ms of the server's CPU per worker: one at a time, each at most hourly. */
const WORKER_AGAIN_MS = 3_600_000;
const BETWEEN_MS = 5 * 60_000;
/** The file is closed to other users than the app's own; that seldom changes. */
const CLOSED_MS = 24 * 3_600_000;

/** Whose unshared memory is read next: the workers of one unit in turn. */
export class UssTurns {
  readonly #readAtMs = new Map<string, number>();
  #workers: readonly WorkerSample[] = [];
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** The pid to read in this minute, if any. */
  next(atMs: number): number | undefined {
    if (atMs < this.#notBeforeMs) return undefined;
    const due = this.#workers
      .map(worker => ({ pid: worker.pid, readAtMs: this.#readAtMs.get(lifeOf(worker)) ?? 0 }))
      .filter(({ readAtMs }) => atMs - readAtMs >= WORKER_AGAIN_MS)
      .sort((a, b) => a.readAtMs - b.readAtMs);
    return due[0]?.pid;
  }

  /** What a visit told: the workers there are, and what was read of one. */
  told(uss: UnitMinute['uss'], workers: readonly WorkerSample[], atMs: number): void {
    this.#workers = workers;
    const lives = new Set(workers.map(lifeOf));
    for (const life of this.#readAtMs.keys()) if (!lives.has(life)) this.#readAtMs.delete(life);
    if (uss === undefined) return;
    this.#notBeforeMs = atMs + (uss.bytes === undefined ? CLOSED_MS : BETWEEN_MS);
    const worker = workers.find(({ pid }) => pid === uss.pid);
    if (worker && uss.bytes !== undefined) this.#readAtMs.set(lifeOf(worker), atMs);
  }
}

const lifeOf = (worker: WorkerSample) => `${worker.pid} ${worker.startTicks}`;
