import type {
  GunicornEvent,
  KernelOomKill,
  SourceLine,
  UnitEvent,
  UserspaceOomKill,
} from '../signals/signal.ts';
import type { CauseId } from './cause.ts';

/** What a unit's journal says about the unit as a whole. */
export type UnitOrGunicornEvent = UnitEvent | GunicornEvent;

/** Time in which nobody listened, with everything said in it. */
export interface Stretch {
  fromMs: number;
  toMs?: number;
  events: UnitOrGunicornEvent[];
}

interface StretchContext {
  /** All of the unit's events, oldest first. */
  readonly events: readonly UnitOrGunicornEvent[];
  readonly unit: string;
  readonly ownKills: readonly KernelOomKill[];
  readonly killers: readonly UserspaceOomKill[];
}

/** A start this soon after a stop belongs to it, whoever gave the two orders. */
const RESTART_MS = 10_000;
/** How far a kernel kill may lie before the stop that `OOMPolicy=` answers it with. */
const KILL_TO_STOP_MS = 5_000;

/** Why the unit went down in this stretch, by what PID 1, Gunicorn, the kernel and other killers said around it. */
export function causeOfStretch(
  stretch: Stretch,
  { events, unit: unitName, ownKills, killers }: StretchContext,
): { cause: CauseId; lines: SourceLine[] } {
  const near = (atMs: number, after = 1_000) =>
    atMs >= stretch.fromMs - KILL_TO_STOP_MS && atMs <= stretch.fromMs + after;
  const before = events.filter(e => near(e.at.epochMs, -1));
  const units = [...before, ...stretch.events].filter((e): e is UnitEvent => e.kind === 'unit');
  const gunicorn = [...before, ...stretch.events].filter((e): e is GunicornEvent => e.kind === 'gunicorn');
  const unit = (test: (e: UnitEvent) => boolean) => units.filter(test).map(e => e.line);
  const said = (test: (e: GunicornEvent) => boolean) => gunicorn.filter(test).map(e => e.line);
  const back = stretch.events
    .filter(e => e.event === 'listening')
    .slice(-1)
    .map(e => e.line);
  const stopping = stretch.events.find((e): e is UnitEvent => e.kind === 'unit' && e.event === 'stopping');
  const because = (cause: CauseId, lines: readonly SourceLine[]) => ({
    cause,
    lines: [
      ...new Set([...(lines.length > 0 ? lines : stretch.events.slice(0, 1).map(e => e.line)), ...back]),
    ],
  });

  const mainKilled = units.find(
    e => e.event === 'main-exited' && (e.exitKind === 'killed' || e.exitKind === 'dumped'),
  );
  const noticed = unit(e => e.event === 'oom-kill-noticed');
  const kill = ownKills.find(k => near(k.at.epochMs));
  const masters = new Set(
    events.flatMap(e => (e.event === 'master-starting' && e.kind === 'gunicorn' ? (e.writerPid ?? []) : [])),
  );
  const killer = killers.find(
    k =>
      near(k.at.epochMs) &&
      (k.cgroup?.endsWith(`/${unitName}`) || (k.pid !== undefined && masters.has(k.pid))),
  );
  const oomd = [...unit(e => e.event === 'oomd-kill'), ...(killer && mainKilled ? [killer.line] : [])];
  // systemd-oomd's kills end in the same result as the kernel's.
  if (oomd.length > 0 && noticed.length === 0 && kill === undefined)
    return because('userspace-oom-kill', oomd);
  const oom = [...noticed, ...unit(e => e.result === 'oom-kill')];
  // With OOMPolicy=continue a kill only costs a worker: a stop near it needs its own sign that it answers the kill.
  if (
    oom.length > 0 &&
    (stopping === undefined || stretch.events.some(e => e.kind === 'unit' && e.result === 'oom-kill'))
  ) {
    return because('worker-oom-kill', [...oom, ...(kill ? [kill.line] : [])]);
  }
  if (kill && mainKilled?.pid === undefined && mainKilled && stopping === undefined) {
    return because('worker-oom-kill', [kill.line, mainKilled.line]);
  }

  const boot = [
    ...said(
      e =>
        e.event === 'worker-boot-error' ||
        e.event === 'config-error' ||
        (e.event === 'stop-reason' && /boot|load/i.test(e.detail ?? '')),
    ),
    ...unit(
      e =>
        e.event === 'start-limit-hit' ||
        e.event === 'start-failed' ||
        (e.event === 'main-exited' && e.exitKind === 'exited' && (e.status ?? 0) !== 0),
    ),
  ];
  if (boot.length > 0) return because('app-boot-failure', boot);

  const watchdog = unit(e => e.event === 'watchdog-timeout');
  if (watchdog.length > 0) return because('master-killed', watchdog);
  if (mainKilled && stopping === undefined) {
    return because('master-killed', [mainKilled.line, ...said(e => e.event === 'parent-changed')]);
  }

  const orders = [
    ...unit(e => e.event === 'stopping'),
    ...said(e => e.event === 'signal-handled' && /^(term|int|quit)$/.test(e.detail ?? '')),
    ...unit(e => e.event === 'stopped' || e.event === 'starting'),
  ];
  return because(isRestart(stretch, stopping) ? 'deploy-restart' : 'service-stopped', orders);
}

/** Stop and start belong together: one restart job, or a start within seconds. */
function isRestart(stretch: Stretch, stopping: UnitEvent | undefined): boolean {
  if (stopping?.jobType === 'restart') return true;
  const stopped = stretch.events.findLast(
    e => e.kind === 'unit' && (e.event === 'stopped' || e.event === 'deactivated'),
  );
  const down = stopped?.at.epochMs ?? stretch.fromMs;
  const start = stretch.events.find(
    e =>
      e.at.epochMs >= down &&
      ((e.kind === 'unit' && e.event === 'starting') ||
        (e.kind === 'gunicorn' && e.event === 'master-starting')),
  );
  if (start) return start.at.epochMs - down <= (stopping?.jobType === 'stop' ? RESTART_MS / 2 : RESTART_MS);
  return stretch.toMs !== undefined && stretch.toMs - stretch.fromMs <= RESTART_MS * 3;
}
