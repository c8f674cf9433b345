import type { GunicornEvent, KernelOomKill, SourceLine, UnitEvent } from '../signals/signal.ts';
import type { Window } from '../collectors/question.ts';
import type { HostFile } from '../collectors/case-file.ts';
import type { CauseId } from './cause.ts';

/** A stretch of time in which nobody listened, because the whole unit was down. */
export interface Outage {
  readonly server: string;
  readonly fromMs: number;
  /** When Gunicorn listened again; undefined while it is still down at the end of the evidence. */
  readonly toMs?: number;
  readonly cause: CauseId;
  /** The lines that say why it went down and when it came back. */
  readonly lines: readonly SourceLine[];
}

type Event = UnitEvent | GunicornEvent;

/** Two stretches closer than this are one outage: an app that fails to boot, restarts and fails again. */
const SAME_OUTAGE_MS = 10_000;
/** A start this soon after a stop belongs to it, whoever gave the two orders. */
const RESTART_MS = 10_000;
/** How far a kernel kill may lie before the stop that `OOMPolicy=` answers it with. */
const KILL_TO_STOP_MS = 5_000;

const DOWN_UNIT: ReadonlySet<UnitEvent['event']> = new Set([
  'stopping', 'main-exited', 'failed', 'oomd-kill', 'start-limit-hit', 'start-failed', 'stop-timed-out', 'watchdog-timeout', 'deactivated',
]);

/** The unit's outages on one server within the window, oldest first. */
export function outagesOf(host: HostFile, unit: string, window: Window, ownKills: readonly KernelOomKill[]): readonly Outage[] {
  const events = host.signals
    .filter((s): s is Event => (s.kind === 'unit' && s.unit === unit) || s.kind === 'gunicorn')
    .sort((a, b) => a.at.epochMs - b.at.epochMs);
  const outages = mergeNear(stretchesOf(events)).map(stretch => ({
    server: host.server,
    fromMs: stretch.fromMs,
    ...endOf(stretch, host),
    ...classify(stretch, events, ownKills),
  }));
  const standing = outages.length === 0 ? downAllAlong(host, window) : undefined;
  return standing ? [standing] : outages;
}

interface Stretch {
  fromMs: number;
  toMs?: number;
  events: Event[];
}

function stretchesOf(events: readonly Event[]): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  let startedMs: number | undefined;
  const close = (atMs: number) => {
    if (open) stretches.push({ ...open, toMs: atMs });
    open = undefined;
    startedMs = undefined;
  };
  for (const event of events) {
    if (!open) {
      if (goesDown(event)) open = { fromMs: event.at.epochMs, events: [event] };
      continue;
    }
    if (goesDown(event) && startedMs !== undefined) close(startedMs);
    if (!open) {
      open = { fromMs: event.at.epochMs, events: [event] };
      continue;
    }
    open.events.push(event);
    if (event.kind === 'gunicorn' && event.event === 'listening') close(event.at.epochMs);
    // `Started` may stand before `Listening at`, and is all there is where INFO lines are not logged.
    else if (event.kind === 'unit' && event.event === 'started') startedMs = event.at.epochMs;
  }
  if (open) stretches.push(startedMs === undefined ? open : { ...open, toMs: startedMs });
  return stretches;
}

/** Where the log ends before the unit was back, the unit's own state may still know when it came back. */
function endOf(stretch: Stretch, { unit }: HostFile): { toMs?: number } {
  if (stretch.toMs !== undefined) return { toMs: stretch.toMs };
  const sinceMs = unit?.activeState === 'active' ? unit.activeSinceMs : undefined;
  return sinceMs !== undefined && sinceMs >= stretch.fromMs - 1_000 ? { toMs: sinceMs } : {};
}

function goesDown(event: Event): boolean {
  if (event.kind === 'unit') return DOWN_UNIT.has(event.event);
  if (event.event === 'signal-handled') return /^(term|int|quit)$/.test(event.detail ?? '');
  return event.event === 'master-stopping';
}

function mergeNear(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const stretch of stretches) {
    const last = merged.at(-1);
    if (last?.toMs !== undefined && stretch.fromMs - last.toMs <= SAME_OUTAGE_MS) {
      last.events.push(...stretch.events);
      if (stretch.toMs === undefined) delete last.toMs;
      else last.toMs = stretch.toMs;
    } else merged.push({ ...stretch, events: [...stretch.events] });
  }
  return merged;
}

function classify(stretch: Stretch, all: readonly Event[], ownKills: readonly KernelOomKill[]): { cause: CauseId; lines: SourceLine[] } {
  const before = all.filter(e => e.at.epochMs >= stretch.fromMs - KILL_TO_STOP_MS && e.at.epochMs < stretch.fromMs);
  const units = [...before, ...stretch.events].filter((e): e is UnitEvent => e.kind === 'unit');
  const gunicorn = [...before, ...stretch.events].filter((e): e is GunicornEvent => e.kind === 'gunicorn');
  const unit = (test: (e: UnitEvent) => boolean) => units.filter(test).map(e => e.line);
  const said = (test: (e: GunicornEvent) => boolean) => gunicorn.filter(test).map(e => e.line);
  const back = stretch.events.filter(e => e.event === 'listening').slice(-1).map(e => e.line);
  const stopping = stretch.events.find((e): e is UnitEvent => e.kind === 'unit' && e.event === 'stopping');
  const because = (cause: CauseId, lines: SourceLine[]) => ({ cause, lines: [...new Set([...lines, ...back])] });

  const mainKilled = units.find(e => e.event === 'main-exited' && (e.exitKind === 'killed' || e.exitKind === 'dumped'));
  const oom = unit(e => e.event === 'oom-kill-noticed' || e.result === 'oom-kill');
  const kill = ownKills.find(k => k.at.epochMs >= stretch.fromMs - KILL_TO_STOP_MS && k.at.epochMs <= stretch.fromMs + 1_000);
  // With OOMPolicy=continue a kill only costs a worker: a stop near it needs its own sign that it answers the kill.
  if (oom.length > 0 && (stopping === undefined || stretch.events.some(e => e.kind === 'unit' && e.result === 'oom-kill'))) {
    return because('worker-oom-kill', [...oom, ...(kill ? [kill.line] : [])]);
  }
  if (kill && mainKilled?.pid === undefined && mainKilled && stopping === undefined) {
    return because('worker-oom-kill', [kill.line, mainKilled.line]);
  }
  const oomd = unit(e => e.event === 'oomd-kill');
  if (oomd.length > 0) return because('userspace-oom-kill', oomd);

  const boot = [
    ...said(e => e.event === 'worker-boot-error' || e.event === 'config-error' || (e.event === 'stop-reason' && /boot|load/i.test(e.detail ?? ''))),
    ...unit(e => e.event === 'start-limit-hit' || e.event === 'start-failed' || (e.event === 'main-exited' && e.exitKind === 'exited' && (e.status ?? 0) !== 0)),
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
  const stopped = stretch.events.findLast(e => e.kind === 'unit' && (e.event === 'stopped' || e.event === 'deactivated'));
  const down = stopped?.at.epochMs ?? stretch.fromMs;
  const start = stretch.events.find(
    e => e.at.epochMs >= down && ((e.kind === 'unit' && e.event === 'starting') || (e.kind === 'gunicorn' && e.event === 'master-starting')),
  );
  if (start) return start.at.epochMs - down <= (stopping?.jobType === 'stop' ? RESTART_MS / 2 : RESTART_MS);
  return stretch.toMs !== undefined && stretch.toMs - stretch.fromMs <= RESTART_MS * 3;
}

/** The unit went down before the window and stayed down: only its state tells. */
function downAllAlong(host: HostFile, window: Window): Outage | undefined {
  const { unit } = host;
  if (!unit || !['failed', 'inactive'].includes(unit.activeState ?? '')) return undefined;
  const lines = ['ActiveState', 'Result', 'SubState'].flatMap(name => unit.lines.get(name) ?? []);
  const cause: CauseId =
    unit.result === 'oom-kill'
      ? 'worker-oom-kill'
      : unit.result === 'exit-code' || unit.result === 'start-limit-hit' || unit.result === 'protocol'
        ? 'app-boot-failure'
        : unit.result === 'signal' || unit.result === 'core-dump' || unit.result === 'watchdog'
          ? 'master-killed'
          : 'service-stopped';
  return { server: host.server, fromMs: window.fromMs, cause, lines };
}
