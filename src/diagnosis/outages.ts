import type { HostFile } from '../collectors/case-file.ts';
import type { Window } from '../collectors/question.ts';
import type {
  GunicornEvent,
  KernelOomKill,
  SourceLine,
  UnitEvent,
  UserspaceOomKill,
} from '../signals/signal.ts';
import type { CauseId } from './cause.ts';
import { causeOfStretch, type Stretch, type UnitOrGunicornEvent } from './outage-cause.ts';

/** A stretch of time in which nobody listened, because the whole unit was down. */
export interface Outage {
  readonly server: string;
  readonly fromMs: number;
  /** When Gunicorn listened again; undefined while it is still down at the end of the evidence. */
  readonly toMs?: number;
  readonly cause: CauseId;
  /** The lines that say why it went down and when it came back. */
  readonly lines: readonly SourceLine[];
  /** Only the unit's state of now tells of it: no line says when it began. */
  readonly standing?: boolean;
}

/** Two stretches closer than this are one outage: an app that fails to boot, restarts and fails again. */
const SAME_OUTAGE_MS = 10_000;
/** A halting master waits this long for its workers: graceful_timeout, 30 s unless set. */
const HALT_MS = 35_000;
/** A new master that USR2 asked for starts within this. */
const UPGRADE_MS = 60_000;

const DOWN_UNIT: ReadonlySet<UnitEvent['event']> = new Set([
  'stopping',
  'main-exited',
  'failed',
  'oomd-kill',
  'start-limit-hit',
  'start-failed',
  'stop-timed-out',
  'watchdog-timeout',
  'deactivated',
]);

/** The unit's outages on one server within the window, oldest first. */
export function outagesOf(
  host: HostFile,
  unit: string,
  window: Window,
  ownKills: readonly KernelOomKill[],
): readonly Outage[] {
  const events = host.signals
    .filter((s): s is UnitOrGunicornEvent => (s.kind === 'unit' && s.unit === unit) || s.kind === 'gunicorn')
    .sort((a, b) => a.at.epochMs - b.at.epochMs);
  const killers = host.signals.filter((s): s is UserspaceOomKill => s.kind === 'userspace-oom-kill');
  const stretches = stretchesOf(events).map(stretch => ({ ...stretch, fromMs: haltBegan(stretch, events) }));
  const outages = mergeNear(stretches).map(stretch => ({
    server: host.server,
    fromMs: stretch.fromMs,
    ...endOf(stretch, host),
    ...causeOfStretch(stretch, { events, unit, ownKills, killers }),
  }));
  const standing = outages.length === 0 ? downAllAlong(host, window) : undefined;
  return standing ? [standing] : outages;
}

function stretchesOf(events: readonly UnitOrGunicornEvent[]): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  let startedMs: number | undefined;
  const isHandover = handoversOf(events);
  const wentDown = (event: UnitOrGunicornEvent) => goesDown(event) && !isHandover(event);
  const close = (atMs: number) => {
    if (open) stretches.push({ ...open, toMs: atMs });
    open = undefined;
    startedMs = undefined;
  };
  for (const event of events) {
    if (!open) {
      if (wentDown(event)) open = { fromMs: event.at.epochMs, events: [event] };
      continue;
    }
    if (wentDown(event) && startedMs !== undefined) close(startedMs);
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

/**
 * A master that gives up by itself closes its socket first and says so last. Workers that leave and are not
 * replaced show when it began.
 */
function haltBegan(stretch: Stretch, events: readonly UnitOrGunicornEvent[]): number {
  const [first] = stretch.events;
  const gaveUp =
    first?.event === 'master-stopping' || (first?.event === 'main-exited' && first.exitKind === 'exited');
  if (!gaveUp) return stretch.fromMs;
  let beganMs = stretch.fromMs;
  for (let i = lastBefore(events, stretch.fromMs); i >= 0; i--) {
    const event = events[i] as UnitOrGunicornEvent;
    if (event.event === 'worker-booting' || stretch.fromMs - event.at.epochMs > HALT_MS) break;
    if (event.event === 'worker-exiting') beganMs = event.at.epochMs;
  }
  return beganMs;
}

/** Index of the last event before an instant. */
function lastBefore(events: readonly UnitOrGunicornEvent[], atMs: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as UnitOrGunicornEvent).at.epochMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where the log ends before the unit was back, the unit's own state may still know when it came back. */
function endOf(stretch: Stretch, { unit }: HostFile): { toMs?: number } {
  if (stretch.toMs !== undefined) return { toMs: stretch.toMs };
  const sinceMs = unit?.activeState === 'active' ? unit.activeSinceMs : undefined;
  return sinceMs !== undefined && sinceMs >= stretch.fromMs - 1_000 ? { toMs: sinceMs } : {};
}

function goesDown(event: UnitOrGunicornEvent): boolean {
  if (event.kind === 'unit') return DOWN_UNIT.has(event.event);
  if (event.event === 'signal-handled') return /^(term|int|quit)$/.test(event.detail ?? '');
  return event.event === 'master-stopping';
}

/**
 * USR2 starts a second master that shares the socket: while one of the two lives, the end of the other is no
 * outage.
 */
function handoversOf(events: readonly UnitOrGunicornEvent[]): (event: UnitOrGunicornEvent) => boolean {
  const partners = new Map<number, number>();
  const endedAtMs = new Map<number, number>();
  let asked: GunicornEvent | undefined;
  for (const event of events) {
    if (event.kind !== 'gunicorn' || event.writerPid === undefined) continue;
    if (event.event === 'signal-handled' && event.detail === 'usr2') asked = event;
    if (event.event === 'master-stopping') endedAtMs.set(event.writerPid, event.at.epochMs);
    if (event.event !== 'master-starting' || asked?.writerPid === undefined) continue;
    if (event.writerPid === asked.writerPid || event.at.epochMs - asked.at.epochMs > UPGRADE_MS) continue;
    partners.set(event.writerPid, asked.writerPid);
    partners.set(asked.writerPid, event.writerPid);
  }
  return event => {
    if (event.kind !== 'gunicorn' || event.writerPid === undefined) return false;
    const partner = partners.get(event.writerPid);
    return partner !== undefined && (endedAtMs.get(partner) ?? Number.POSITIVE_INFINITY) > event.at.epochMs;
  };
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
  return { server: host.server, fromMs: window.fromMs, cause, lines, standing: true };
}
