import type { UpstreamFault } from '../signals/signal.ts';
import type { HostFile } from '../collectors/case-file.ts';
import type { CauseId } from './cause.ts';
import type { Failure } from './failures.ts';
import type { Outage } from './outages.ts';
import { isFault, type WorkerDeath } from './worker-deaths.ts';

/** What one failed request follows from. Without a cause it is unexplained, and counted as that. */
export interface Attribution {
  readonly failure: Failure;
  readonly cause?: CauseId | undefined;
  readonly death?: WorkerDeath;
  readonly outage?: Outage;
}

export interface AttributionContext {
  readonly hosts: readonly HostFile[];
  readonly deaths: readonly WorkerDeath[];
  readonly outages: readonly Outage[];
  /** Threads per worker of each app server; undefined where nobody knows, and then nothing is capped. */
  readonly threads: ReadonlyMap<string, number | undefined>;
}

/** A direct effect of a death is logged from one second before to three after it, plus the doubt of the clocks. */
const DIRECT_BEFORE_MS = 1_000;
const DIRECT_AFTER_MS = 3_000;
const OUTAGE_SLACK_MS = 1_000;
/** `no live upstreams` follows the failures that disabled the peers: fail_timeout is 10 s unless set. */
const SECONDARY_MS = 30_000;

const DIRECT: ReadonlySet<UpstreamFault> = new Set([
  'closed-before-header', 'closed-mid-body', 'reset-before-header', 'reset-mid-body', 'broken-while-sending',
]);
const WHILE_DOWN: ReadonlySet<UpstreamFault> = new Set([
  ...DIRECT, 'socket-missing', 'refused', 'connect-failed', 'no-live-upstreams', 'timed-out-connecting', 'queue-full', 'permission-denied',
]);
const BY_FAULT: Partial<Record<UpstreamFault, CauseId>> = {
  'header-too-big': 'upstream-header-too-big',
  'permission-denied': 'socket-permission',
  'name-not-resolved': 'nginx-config',
  'invalid-response': 'application-error',
  'queue-full': 'backlog-full',
  'timed-out-connecting': 'backlog-full',
};

/**
 * Gives every failure at most one cause, the most direct one first: a worker's death (each explains at most
 * as many requests as it had threads), then the unit being down, then what the error itself says.
 */
export function attribute(failures: readonly Failure[], context: AttributionContext): readonly Attribution[] {
  const found = new Map<Failure, Attribution>();
  const give = (failure: Failure, rest: Omit<Attribution, 'failure'>) => found.set(failure, { failure, ...rest });
  const open = () => failures.filter(f => !found.has(f));

  matchDeaths(open(), context.deaths.filter(isFault), context.threads, (f, death) => give(f, { cause: causeOf(death, f), death }));
  for (const failure of open()) {
    const outage = context.outages.find(o => duringOutage(failure, o));
    if (outage) give(failure, { cause: outage.cause, outage });
  }
  for (const failure of open()) {
    const cause = failure.fault && BY_FAULT[failure.fault];
    if (cause) give(failure, { cause });
  }
  const planned = context.deaths.filter(d => d.cause === 'recycling-works' || d.cause === 'graceful-reload');
  matchDeaths(open().filter(f => f.fault !== undefined), planned, context.threads, (f, death) =>
    give(f, { cause: 'recycling-drops-requests', death }),
  );
  for (const failure of open()) {
    const cause = standingCause(failure, context, found);
    if (cause) give(failure, { cause });
  }
  return failures.map(failure => found.get(failure) ?? { failure });
}

/** A body that was cut with no other sign of the worker's end is a cause of its own. */
function causeOf(death: WorkerDeath, failure: Failure): CauseId | undefined {
  if (death.cause === 'killed-unproven') return failure.effect === 'cut' ? 'worker-died-mid-response' : undefined;
  if (death.cause === 'recycling-works' || death.cause === 'graceful-reload') return 'recycling-drops-requests';
  return death.cause;
}

function matchDeaths(
  failures: readonly Failure[],
  deaths: readonly WorkerDeath[],
  threads: AttributionContext['threads'],
  match: (failure: Failure, death: WorkerDeath) => void,
): void {
  const pairs: { failure: Failure; death: WorkerDeath; distanceMs: number }[] = [];
  const doubtMs = failures.reduce((most, f) => Math.max(most, f.toleranceMs), 0) + 1_000;
  for (const death of deaths) {
    const reachMs = doubtMs + death.at.toleranceMs;
    const first = firstAtOrAfter(failures, death.at.epochMs - DIRECT_BEFORE_MS - death.noticedLateMs - reachMs);
    for (let i = first; i < failures.length; i++) {
      const failure = failures[i] as Failure;
      if (failure.atMs > death.at.epochMs + DIRECT_AFTER_MS + reachMs) break;
      if (couldFollow(failure, death)) pairs.push({ failure, death, distanceMs: Math.abs(failure.atMs - death.at.epochMs) });
    }
  }
  pairs.sort((a, b) => a.distanceMs - b.distanceMs);
  const used = new Map<WorkerDeath, number>();
  const matched = new Set<Failure>();
  for (const { failure, death } of pairs) {
    const count = used.get(death) ?? 0;
    if (matched.has(failure) || count >= (threads.get(death.server) ?? Number.POSITIVE_INFINITY)) continue;
    used.set(death, count + 1);
    matched.add(failure);
    match(failure, death);
  }
}

/** Index of the first failure not before an instant; failures are sorted by time. */
function firstAtOrAfter(failures: readonly Failure[], atMs: number): number {
  let low = 0;
  let high = failures.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((failures[middle] as Failure).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function couldFollow(failure: Failure, death: WorkerDeath): boolean {
  if (failure.appServer !== undefined && failure.appServer !== death.server) return false;
  const aborted = death.cause === 'worker-timeout' && failure.status === 500;
  const unknownFault = failure.fault === undefined && !failure.fromUpstream && failure.status === 502;
  if (!aborted && !unknownFault && !(failure.fault && DIRECT.has(failure.fault))) return false;
  const doubtMs = failure.toleranceMs + death.at.toleranceMs;
  const second = Math.floor(failure.atMs / 1000) * 1000;
  return (
    second >= death.at.epochMs - DIRECT_BEFORE_MS - death.noticedLateMs - doubtMs &&
    second <= death.at.epochMs + DIRECT_AFTER_MS + doubtMs
  );
}

function duringOutage(failure: Failure, outage: Outage): boolean {
  if (failure.appServer !== undefined && failure.appServer !== outage.server) return false;
  const fits = failure.fault ? WHILE_DOWN.has(failure.fault) : !failure.fromUpstream && (failure.status === 502 || failure.status === 504);
  if (!fits) return false;
  const slack = OUTAGE_SLACK_MS + failure.toleranceMs;
  const second = Math.floor(failure.atMs / 1000) * 1000;
  return second >= outage.fromMs - slack && second <= (outage.toMs ?? Number.POSITIVE_INFINITY) + slack;
}

/** Causes that are a state rather than an event. */
function standingCause(failure: Failure, context: AttributionContext, found: ReadonlyMap<Failure, Attribution>): CauseId | undefined {
  const { fault, status } = failure;
  if (status === 499) return 'client-abort';
  if (fault === 'timed-out-reading-header' || (status === 504 && fault === undefined && !failure.fromUpstream)) {
    return whileWorkersHung(failure, context) ? 'worker-timeout' : queueFilled(failure, context) ? 'workers-saturated' : 'slow-upstream';
  }
  if (fault === 'no-live-upstreams') return secondaryTo(failure, found) ?? 'nginx-config';
  if (fault === 'socket-missing' || fault === 'refused' || fault === 'connect-failed') {
    return nobodyListensThere(failure, context) ? 'nginx-config' : undefined;
  }
  if (failure.fromUpstream && status !== undefined && status >= 500) return 'application-error';
  if (fault === undefined && status !== undefined && status >= 500 && status !== 504) {
    return errorLogSpeaks(failure, context) ? 'application-error' : undefined;
  }
  if (fault && DIRECT.has(fault)) {
    if (keepaliveOn(failure, context) && !missingLedger(failure, context)) return 'keepalive-race';
    if (failure.effect === 'cut') return 'worker-died-mid-response';
  }
  return undefined;
}

/** NGINX gave up on a request whose worker Gunicorn timed out around then. */
function whileWorkersHung(failure: Failure, context: AttributionContext): boolean {
  return context.deaths.some(
    d => d.cause === 'worker-timeout' && (failure.appServer ?? d.server) === d.server && Math.abs(d.at.epochMs - failure.atMs) <= SECONDARY_MS,
  );
}

/** Every worker busy and others waiting: cheap requests time out too, or the accept queue was seen filled. */
function queueFilled(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.filter(h => h.runsApp && (failure.appServer ?? h.server) === h.server);
  return app.some(h => h.queues.some(q => q.waiting > 0 && (failure.peer === undefined || samePeer(q.listener, failure.peer))));
}

const samePeer = (listener: string, peer: string) =>
  listener === peer || peer.startsWith(listener) || (listener.includes(':') && listener.split(':').at(-1) === peer.split(':').at(-1));

function secondaryTo(failure: Failure, found: ReadonlyMap<Failure, Attribution>): CauseId | undefined {
  let nearest: Attribution | undefined;
  for (const attribution of found.values()) {
    const before = failure.atMs - attribution.failure.atMs;
    if (before < -1_000 || before > SECONDARY_MS || attribution.failure.nginxServer !== failure.nginxServer) continue;
    if (attribution.cause && (!nearest || attribution.failure.atMs > nearest.failure.atMs)) nearest = attribution;
  }
  return nearest?.cause;
}

/** The sockets of the app server were read, and none is the one NGINX asks for. */
function nobodyListensThere(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.find(h => h.server === (failure.appServer ?? failure.nginxServer));
  if (!app || app.queues.length === 0 || failure.peer === undefined || app.unit?.activeState !== 'active') return false;
  return !app.queues.some(q => samePeer(q.listener, failure.peer ?? ''));
}

function errorLogSpeaks(failure: Failure, { hosts }: AttributionContext): boolean {
  const nginx = hosts.find(h => h.server === failure.nginxServer);
  return nginx?.coverage.some(c => c.source === 'nginx-error-log' && (c.state === 'read' || c.state === 'empty')) ?? false;
}

function keepaliveOn(failure: Failure, { hosts }: AttributionContext): boolean {
  const nginx = hosts.find(h => h.server === failure.nginxServer);
  return [...(nginx?.nginx?.upstreams.values() ?? [])].some(u => (u.keepalive ?? 0) > 0);
}

/** Nobody could read what happened to the workers: then a closed connection proves no race. */
function missingLedger(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.filter(h => h.runsApp && (failure.appServer ?? h.server) === h.server);
  return app.length === 0 || app.some(h => !h.coverage.some(c => c.source === 'unit-journal' && c.state === 'read'));
}
