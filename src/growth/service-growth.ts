import { SEVERITIES, type ServiceGrowth, type Severity, type WorkerGrowth } from './growth-finding.ts';
import { type UnitGrowth, unitGrowth } from './unit-growth.ts';
import type { UnitHistory } from './unit-history.ts';

/** All workers of a service, on all its servers, as they look at `nowMs`. The worst come first. */
export function serviceGrowth(
  service: string,
  histories: readonly UnitHistory[],
  nowMs: number,
): ServiceGrowth {
  const units = histories.map(history => unitGrowth(history, nowMs));
  const workers = units.flatMap(unit => unit.workers).sort(byUrgency);
  const severity = workers[0]?.severity ?? 'calm';
  const eta = workers
    .filter(worker => worker.severity !== 'calm')
    .map(worker => worker.eta)
    .filter(range => range !== undefined)
    .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)[0];
  const { limit, limitBytes } = firstLimit(units, workers[0]);
  const blindUntilMs = blindUntil(units, nowMs);
  return {
    service,
    atMs: nowMs,
    severity,
    workers,
    growing: workers.filter(isGrowing).length,
    ...(eta && { eta }),
    ...(limit && { limit }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(blindUntilMs !== undefined && { blindUntilMs }),
  };
}

/** A worker that grows by a rule, or grows steadily towards a limit that is still far. */
function isGrowing({ rule, bytesPerHour }: WorkerGrowth): boolean {
  return (
    rule === 'steady-growth' ||
    rule === 'fast-growth' ||
    rule === 'rising-peaks' ||
    bytesPerHour !== undefined
  );
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Order by what matters, and for equals by name, so that the order of servers and samples does not show. */
function byUrgency(a: WorkerGrowth, b: WorkerGrowth): number {
  return (
    rank(b.severity) - rank(a.severity) ||
    (a.eta?.fromMs ?? Number.MAX_VALUE) - (b.eta?.fromMs ?? Number.MAX_VALUE) ||
    b.nowBytes - a.nowBytes ||
    (a.server < b.server ? -1 : Number(a.server > b.server)) ||
    a.pid - b.pid ||
    a.startTicks - b.startTicks
  );
}

/** The limit of the unit in which the worst worker runs. */
function firstLimit(
  units: readonly UnitGrowth[],
  worst: WorkerGrowth | undefined,
): Pick<UnitGrowth, 'limit' | 'limitBytes'> {
  return units.find(unit => worst !== undefined && unit.workers.includes(worst)) ?? {};
}

/** More than half of the workers cannot be judged for their youth: until when that is so. */
function blindUntil(units: readonly UnitGrowth[], nowMs: number): number | undefined {
  const opening = units.flatMap(unit => unit.eyesOpenAtMs).sort((a, b) => a - b);
  const half = opening[Math.ceil(opening.length / 2) - 1];
  return half !== undefined && half > nowMs ? half : undefined;
}
