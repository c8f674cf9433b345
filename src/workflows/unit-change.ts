/** What of a unit's sample the next one is compared with. */
export interface UnitMoment {
  readonly bootId: string;
  /** Absent while the unit does not run. */
  readonly master?: { readonly pid: number; readonly startTicks?: number };
  readonly workers: readonly { readonly pid: number; readonly startTicks: number }[];
  /** The unit's own counter; starts anew when the unit does. */
  readonly oomKills?: number;
  /** The counter of the slice above. */
  readonly killsAbove?: number;
}

export interface UnitChange {
  /** Worker lives of the earlier sample that are over. */
  readonly workerEnds: number;
  readonly restarts: number;
  readonly oomKills: number;
  readonly proof: 'unit' | 'slice';
}

export const NOTHING_CHANGED: UnitChange = { workerEnds: 0, restarts: 0, oomKills: 0, proof: 'unit' };

/**
 * What happened between two samples. `lastMaster` is the last one that was seen: while a unit is down there is none,
 * and the one that comes then is a restart.
 */
export function unitChange(
  before: UnitMoment | undefined,
  now: UnitMoment,
  lastMaster: UnitMoment['master'] = before?.master,
): UnitChange {
  if (before === undefined) return NOTHING_CHANGED;
  const rebooted = before.bootId !== now.bootId;
  const restarted =
    now.master !== undefined && lastMaster !== undefined && !sameMaster(lastMaster, now.master);
  const alive = new Set(now.workers.map(lifeOf));
  const workerEnds = rebooted
    ? before.workers.length
    : before.workers.filter(worker => !alive.has(lifeOf(worker))).length;
  return {
    workerEnds,
    restarts: restarted || (rebooted && now.master !== undefined) ? 1 : 0,
    ...killsBetween(before, now, rebooted, restarted),
  };
}

/** A pid comes again after a while: only with its start it names one process. */
const lifeOf = (worker: { pid: number; startTicks: number }) => `${worker.pid} ${worker.startTicks}`;

function sameMaster(a: NonNullable<UnitMoment['master']>, b: NonNullable<UnitMoment['master']>): boolean {
  if (a.pid !== b.pid) return false;
  return a.startTicks === undefined || b.startTicks === undefined || a.startTicks === b.startTicks;
}

function killsBetween(
  before: UnitMoment,
  now: UnitMoment,
  rebooted: boolean,
  restarted: boolean,
): Pick<UnitChange, 'oomKills' | 'proof'> {
  const own = risen(before, now, rebooted);
  const stopped = before.master !== undefined && now.master === undefined;
  const startedAnew = now.oomKills !== undefined && now.oomKills < (before.oomKills ?? 0);
  if (rebooted || !(restarted || stopped || startedAnew)) return { oomKills: own, proof: 'unit' };
  // systemd stops a unit after a kill (OOMPolicy=stop): the counter that proves it is gone with the unit.
  const above =
    before.killsAbove === undefined || now.killsAbove === undefined ? 0 : now.killsAbove - before.killsAbove;
  return above > own ? { oomKills: above, proof: 'slice' } : { oomKills: own, proof: 'unit' };
}

/** A counter that is lower than before began anew: what it shows was counted since. That alone is no kill. */
function risen(before: UnitMoment, now: UnitMoment, rebooted: boolean): number {
  const kills = now.oomKills;
  if (kills === undefined) return 0;
  if (rebooted) return kills;
  // While a unit is down it has no counter; what it shows afterwards is all new.
  if (before.oomKills === undefined) return before.master === undefined ? kills : 0;
  return kills >= before.oomKills ? kills - before.oomKills : kills;
}
