import type { HostFile } from '../collectors/case-file.ts';
import type { GunicornEvent, Moment } from '../signals/signal.ts';

/** One worker process from boot to end, as the master's log tells it. Either end may lie outside the log. */
export interface WorkerLife {
  readonly pid: number;
  readonly bootedAtMs?: number;
  /** Everything said about the worker in this life, oldest first. */
  readonly events: readonly GunicornEvent[];
}

/** The event that ended a life: the latest sure sign; a time-out or recycling alone counts on old versions. */
export function endOf(life: WorkerLife): GunicornEvent | undefined {
  const last = (...names: GunicornEvent['event'][]) => life.events.findLast(e => names.includes(e.event));
  return (
    last('worker-signalled') ??
    last('worker-exit-code') ??
    last('worker-exiting', 'parent-changed') ??
    last('worker-timeout')
  );
}

/** A worker that was replaced although no line says that one ended. */
export interface SilentReplacement {
  readonly at: Moment;
  readonly boot: GunicornEvent;
}

const ENDING: ReadonlySet<GunicornEvent['event']> = new Set([
  'worker-exiting',
  'worker-signalled',
  'worker-exit-code',
  'worker-timeout',
  'worker-recycling',
  'worker-boot-error',
  'parent-changed',
  'aborted-by-timeout',
  'graceful-timeout',
]);
/** Workers of one start are forked within this of each other. */
const STARTUP_MS = 2_500;
/** A dead worker is replaced on the arbiter's next pass (1 s); a busy host takes longer. */
const REPLACEMENT_MS = 8_000;
/** Gunicorn 21 to 23 say the end of one worker twice, at once. */
const REAP_REPEAT_MS = 10_000;

/** The master's own lines of one server, oldest first. */
export function gunicornEventsOf(host: HostFile): readonly GunicornEvent[] {
  return host.signals
    .filter((s): s is GunicornEvent => s.kind === 'gunicorn')
    .sort((a, b) => a.at.epochMs - b.at.epochMs);
}

/** Splits the log into lives: a second boot line of a pid begins a new life (pids are reused). */
export function workerLivesOf(events: readonly GunicornEvent[]): readonly WorkerLife[] {
  const lives: { pid: number; bootedAtMs?: number; events: GunicornEvent[] }[] = [];
  const current = new Map<number, (typeof lives)[number]>();
  const masters = new Set(
    events.filter(e => e.event === 'master-starting' || e.event === 'listening').map(e => e.writerPid),
  );
  for (const event of events) {
    const boots = event.event === 'worker-booting';
    if (!boots && !ENDING.has(event.event)) continue;
    const pid = event.pid ?? event.writerPid;
    if (pid === undefined || (masters.has(pid) && !boots)) continue;
    let life = current.get(pid);
    if (life === undefined || boots || isAnother(life.events, event)) {
      life = { pid, events: [], ...(boots && { bootedAtMs: event.at.epochMs }) };
      lives.push(life);
      current.set(pid, life);
    }
    life.events.push(event);
  }
  return lives;
}

/** Without boot lines (log level warning) a pid that ended is somebody else's when it is heard of again. */
function isAnother(events: readonly GunicornEvent[], event: GunicornEvent): boolean {
  const reaped = events.findLast(e => e.event === 'worker-signalled' || e.event === 'worker-exit-code');
  return reaped !== undefined && event.at.epochMs - reaped.at.epochMs > REAP_REPEAT_MS;
}

/**
 * Boots that replace a worker of whose end nobody wrote a line: Gunicorn before 20.1 says nothing of a killed
 * worker, 20.1 nothing of one that left with an exit code. `knownEndsMs` are the ends that are known (also
 * those only the kernel tells); each of them justifies one boot.
 */
export function silentReplacementsOf(
  events: readonly GunicornEvent[],
  knownEndsMs: readonly number[],
  workers: number | undefined,
): readonly SilentReplacement[] {
  const ends = new OpenEnds(knownEndsMs);
  const silent: SilentReplacement[] = [];
  let startMs: number | undefined;
  let expected = 0;
  let lastBootMs = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const atMs = event.at.epochMs;
    if (event.event === 'master-starting' || event.event === 'listening') {
      startMs = atMs;
      expected = workers ?? Number.POSITIVE_INFINITY;
    } else if (event.event === 'signal-handled' && event.detail === 'hup') {
      startMs = atMs;
      expected = workers ?? Number.POSITIVE_INFINITY;
    } else if (event.event === 'signal-handled' && event.detail === 'ttin') expected += 1;
    else if (event.event === 'worker-booting') {
      const sinceStart =
        startMs === undefined ? Number.POSITIVE_INFINITY : atMs - Math.max(startMs, lastBootMs);
      lastBootMs = atMs;
      if (expected > 0 && sinceStart <= STARTUP_MS) {
        expected -= 1;
        continue;
      }
      if (!ends.take(atMs - REPLACEMENT_MS, atMs + 1_000)) silent.push({ at: event.at, boot: event });
    }
  }
  return silent;
}

/** Known ends, each of which justifies one boot; boots come in order of time. */
class OpenEnds {
  readonly #ends: Float64Array;
  #next = 0;

  constructor(endsMs: readonly number[]) {
    this.#ends = Float64Array.from(endsMs).sort();
  }

  /** Uses up the oldest open end between two instants. */
  take(fromMs: number, toMs: number): boolean {
    while (this.#next < this.#ends.length && (this.#ends[this.#next] as number) < fromMs) this.#next++;
    if (this.#next >= this.#ends.length || (this.#ends[this.#next] as number) > toMs) return false;
    this.#next++;
    return true;
  }
}
