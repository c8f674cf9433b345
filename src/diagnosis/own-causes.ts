import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { Moment, PatternHit, SourceLine, UpstreamFault } from '../signals/signal.ts';
import type { OwnCauseId, OwnCauseWords } from './cause.ts';
import type { Failure } from './failures.ts';
import { TIMEOUT_TO_KILL_MS } from './kernel-kills.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** A cause that a playbook brings along: patterns were laid over the lines, this says what their hits mean. */
export interface OwnCause {
  readonly id: OwnCauseId;
  /** `worker-death`: a line tells that a worker ended. `event`: anything else that happened. */
  readonly tells: 'worker-death' | 'event';
  /** Which failures follow from an event; from a worker's end follow those that any worker's end has. */
  readonly failures?: { readonly faults: readonly UpstreamFault[]; readonly statuses: readonly number[] };
  /** The sentence that the lines are evidence for: `{count}`, `{pids}` and `{when}` are filled in. */
  readonly evidence: string;
  readonly words: OwnCauseWords;
}

/** A line that fits a pattern, on the server that wrote it. */
export interface OwnEvent {
  readonly cause: OwnCause;
  readonly server: string;
  readonly at: Moment;
  readonly hit: PatternHit;
  /** The line names a process or the unit, and it was the unit's own journal or the unit's own name. */
  readonly names: boolean;
}

/** The window in which a failure is a direct effect, as for any worker's death. */
const BEFORE_MS = 1_000;
const AFTER_MS = 3_000;
/** Lines of one end: the kernel's, and the master's when it reaps. */
const SAME_END_MS = 10_000;
/** A kill without a pid of ours is the same end only if the times agree. */
const NEAR_MS = 3_000;
/** A master looks for ended workers every second; on a busy host its line came up to 1.8 s later. */
const NOTICED_LATE_MS = 1_800;
const SIGKILL = 9;

/** Everything that happened by the playbook's patterns, save workers' ends, oldest first. */
export function ownEventsOf(caseFile: CaseFile, causes: readonly OwnCause[]): readonly OwnEvent[] {
  const events = causes.filter(cause => cause.tells === 'event');
  return caseFile.hosts
    .flatMap(host => hitsOf(host, events, caseFile.unit))
    .sort((a, b) => a.at.epochMs - b.at.epochMs);
}

function hitsOf(host: HostFile, causes: readonly OwnCause[], unit: string): OwnEvent[] {
  if (causes.length === 0) return [];
  return host.signals.flatMap(hit => {
    const cause = hit.kind === 'pattern-hit' ? causes.find(({ id }) => id === hit.cause) : undefined;
    return hit.kind === 'pattern-hit' && cause
      ? [{ cause, server: host.server, at: hit.at, hit, names: namesProcess(hit) || hit.unit === unit }]
      : [];
  });
}

/** Only what the unit itself wrote says whose pid it is: other logs name pids of anybody. */
function namesProcess(hit: PatternHit): boolean {
  return hit.pid !== undefined && hit.line.source === 'unit-journal';
}

/** The event that a failure follows from in time and kind, the nearest one. */
export function followsFrom(failure: Failure, events: readonly OwnEvent[]): OwnCauseId | undefined {
  const second = Math.floor(failure.atMs / 1000) * 1000;
  let nearest: { readonly id: OwnCauseId; readonly distanceMs: number } | undefined;
  for (const { cause, server, at } of events) {
    if (!isOfKind(failure, cause)) continue;
    if (failure.appServer !== undefined && failure.appServer !== server && failure.nginxServer !== server)
      continue;
    const doubtMs = failure.toleranceMs + at.toleranceMs;
    if (second < at.epochMs - BEFORE_MS - doubtMs || second > at.epochMs + AFTER_MS + doubtMs) continue;
    const distanceMs = Math.abs(failure.atMs - at.epochMs);
    if (nearest === undefined || distanceMs < nearest.distanceMs) nearest = { id: cause.id, distanceMs };
  }
  return nearest?.id;
}

function isOfKind({ fault, status }: Failure, { failures }: OwnCause): boolean {
  if (failures === undefined) return false;
  if (fault !== undefined) return failures.faults.includes(fault);
  return status !== undefined && failures.statuses.includes(status);
}

interface End {
  readonly pid: number | undefined;
  hits: PatternHit[];
}

/**
 * The ledger with the ends that only the playbook's patterns tell of. An end that is in the ledger already
 * keeps its cause, which rests on stronger evidence, and gets the lines. Where several causes claim one end,
 * the one that stands first in the playbook is what ended it.
 */
export function withOwnDeaths(
  known: readonly WorkerDeath[],
  host: HostFile,
  causes: readonly OwnCause[],
): readonly WorkerDeath[] {
  const telling = causes.filter(cause => cause.tells === 'worker-death');
  const order = new Map<string, number>(telling.map(({ id }, place) => [id, place]));
  const hits = host.signals.filter(
    (signal): signal is PatternHit => signal.kind === 'pattern-hit' && order.has(signal.cause),
  );
  if (hits.length === 0) return known;
  const deaths = [...known];
  const taken = new Set<number>();
  for (const end of endsOf(hits)) {
    const place = deaths.findIndex((death, i) => !taken.has(i) && isSameEnd(death, end));
    const same = deaths[place];
    if (same === undefined) {
      taken.add(deaths.length);
      deaths.push(deathOf(end, host.server, telling, order));
    } else {
      taken.add(place);
      deaths[place] = { ...same, pid: same.pid ?? end.pid, lines: linesOf(same.lines, end) } as WorkerDeath;
    }
  }
  return deaths.sort((a, b) => a.at.epochMs - b.at.epochMs);
}

/** Lines that name one pid within the time from a time-out to its kill tell of one end. */
function endsOf(hits: readonly PatternHit[]): End[] {
  const ends: End[] = [];
  const open = new Map<number, End>();
  for (const hit of hits) {
    const { pid } = hit;
    const current = pid === undefined ? undefined : open.get(pid);
    const first = current?.hits[0];
    if (current && first && hit.at.epochMs - first.at.epochMs <= TIMEOUT_TO_KILL_MS) {
      current.hits.push(hit);
      continue;
    }
    const end: End = { pid, hits: [hit] };
    ends.push(end);
    if (pid !== undefined) open.set(pid, end);
  }
  return ends;
}

function isSameEnd(death: WorkerDeath, { pid, hits }: End): boolean {
  const last = hits.at(-1) as PatternHit;
  const apartMs = Math.abs(death.at.epochMs - last.at.epochMs);
  if (death.pid !== undefined) return death.pid === pid && apartMs <= SAME_END_MS;
  const signals = hits.flatMap(hit => hit.signal ?? []);
  const couldBeKill = signals.length === 0 || signals.includes(SIGKILL);
  return couldBeKill && apartMs <= NEAR_MS + death.at.toleranceMs + last.at.toleranceMs;
}

function deathOf(
  end: End,
  server: string,
  causes: readonly OwnCause[],
  order: ReadonlyMap<string, number>,
): WorkerDeath {
  const [first] = end.hits;
  const last = end.hits.at(-1) as PatternHit;
  const place = Math.min(...end.hits.map(hit => order.get(hit.cause) ?? Number.POSITIVE_INFINITY));
  return {
    server,
    ...(end.pid !== undefined && { pid: end.pid }),
    at: last.at,
    noticedLateMs: Math.max(NOTICED_LATE_MS, last.at.epochMs - (first?.at.epochMs ?? last.at.epochMs)),
    cause: (causes[place] as OwnCause).id,
    proof: end.hits.some(namesProcess) ? 'pid' : 'none',
    lines: linesOf([], end),
  };
}

/** The line that ended it comes first: it is what people open. */
function linesOf(before: readonly SourceLine[], { hits }: End): SourceLine[] {
  return [...new Set([...before, ...hits.map(hit => hit.line)])];
}
