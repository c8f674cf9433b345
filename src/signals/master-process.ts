/** A process of a unit, as `/proc/PID/stat` tells it (see proc(5)). */
export interface UnitProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** At most 15 bytes, may hold spaces and brackets. */
  readonly comm: string;
  /** One letter; `Z` has ended and waits for its parent. */
  readonly state: string;
  readonly startTicks: number;
  readonly rssBytes: number;
}

/** How deep a start script may stand above Gunicorn: `sh -c`, `uv run`, `dumb-init`, one below the other. */
const DEEPEST_WRAPPER = 4;

/**
 * Gunicorn's master among the processes of its unit: the one whose parent is outside. A program that started
 * Gunicorn and stayed (sh, uv, poetry) has one child with a name of its own, which has children in turn. Undefined
 * when nothing runs.
 */
export function masterOf(processes: readonly UnitProcess[]): UnitProcess | undefined {
  const alive = processes.filter(({ state }) => state !== 'Z');
  const pids = new Set(alive.map(({ pid }) => pid));
  const childrenOf = (pid: number) => alive.filter(({ parentPid }) => parentPid === pid);
  const tops = alive.filter(({ parentPid }) => !pids.has(parentPid));
  // Leftovers of an earlier start may stand beside it: the master has the most children.
  let master = tops.reduce<UnitProcess | undefined>(
    (best, top) =>
      best === undefined || childrenOf(top.pid).length > childrenOf(best.pid).length ? top : best,
    undefined,
  );
  for (let depth = 0; master !== undefined && depth < DEEPEST_WRAPPER; depth++) {
    const children = childrenOf(master.pid);
    const [only] = children;
    if (only === undefined || children.length > 1 || sameProgram(master, only)) break;
    if (childrenOf(only.pid).length === 0) break;
    master = only;
  }
  return master;
}

/** With setproctitle the master is `gunicorn: maste` and its workers are `gunicorn: worke`. */
function sameProgram(a: UnitProcess, b: UnitProcess): boolean {
  const program = ({ comm }: UnitProcess) => comm.split(':', 1)[0];
  return program(a) === program(b);
}
