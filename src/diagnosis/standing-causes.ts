import type { AttributionContext } from './attribution.ts';
import type { CauseId } from './cause.ts';
import { DIRECT } from './death-reach.ts';
import type { Failure } from './failures.ts';

/** `no live upstreams` follows the failures that disabled the peers: fail_timeout is 10 s unless set. */
const SECONDARY_MS = 30_000;

/** Causes that are a state rather than an event. Failures are asked for in order of time. */
export class StandingCauses {
  readonly #context: AttributionContext;
  readonly #timeouts = new Map<string, Float64Array>();
  /** The latest failure to use an upstream, by NGINX host. */
  readonly #latest = new Map<string, { readonly atMs: number; readonly cause: CauseId | undefined }>();

  constructor(context: AttributionContext) {
    this.#context = context;
    for (const { server } of context.hosts) {
      const own = context.deaths.filter(d => d.cause === 'worker-timeout' && d.server === server);
      if (own.length > 0) this.#timeouts.set(server, Float64Array.from(own, d => d.at.epochMs).sort());
    }
  }

  /** Notes what a failure follows from, or that nobody knows: later ones may be secondary to it. */
  note(failure: Failure, cause: CauseId | undefined): void {
    if (failure.fault !== undefined) this.#latest.set(failure.nginxServer, { atMs: failure.atMs, cause });
  }

  causeOf(failure: Failure): CauseId | undefined {
    const { fault, status } = failure;
    if (status === 499) return 'client-abort';
    if (
      fault === 'timed-out-reading-header' ||
      (status === 504 && fault === undefined && !failure.fromUpstream)
    ) {
      return this.#workersHung(failure)
        ? 'worker-timeout'
        : queueFilled(failure, this.#context)
          ? 'workers-saturated'
          : 'slow-upstream';
    }
    if (fault === 'no-live-upstreams') return this.#secondary(failure);
    if (fault === 'socket-missing' || fault === 'refused' || fault === 'connect-failed') {
      return nobodyListensThere(failure, this.#context) ? 'nginx-config' : undefined;
    }
    if (failure.fromUpstream && status !== undefined && status >= 500) return 'application-error';
    if (fault === undefined && status !== undefined && status >= 500 && status !== 504) {
      return errorLogSpeaks(failure, this.#context) ? 'application-error' : undefined;
    }
    if (fault && DIRECT.has(fault)) {
      if (keepaliveOn(failure, this.#context) && !missingLedger(failure, this.#context))
        return 'keepalive-race';
      if (failure.effect === 'cut') return 'worker-died-mid-response';
    }
    return undefined;
  }

  /** NGINX gave up on a request whose worker Gunicorn timed out around then. */
  #workersHung(failure: Failure): boolean {
    return [...this.#timeouts].some(
      ([server, times]) =>
        (failure.appServer ?? server) === server && hasNear(times, failure.atMs, SECONDARY_MS),
    );
  }

  /** Peers are disabled by failures: only without any before is the configuration to blame. */
  #secondary(failure: Failure): CauseId | undefined {
    const latest = this.#latest.get(failure.nginxServer);
    return latest === undefined || failure.atMs - latest.atMs > SECONDARY_MS ? 'nginx-config' : latest.cause;
  }
}

/** Whether a sorted list holds an instant at most `reachMs` away. */
function hasNear(sorted: Float64Array, atMs: number, reachMs: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < atMs - reachMs) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && (sorted[low] as number) <= atMs + reachMs;
}

/** Every worker busy and others waiting: cheap requests time out too, or the accept queue was seen filled. */
function queueFilled(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.filter(h => h.runsApp && (failure.appServer ?? h.server) === h.server);
  return app.some(h =>
    h.queues.some(q => q.waiting > 0 && (failure.peer === undefined || samePeer(q.listener, failure.peer))),
  );
}

const samePeer = (listener: string, peer: string) =>
  listener === peer ||
  peer.startsWith(listener) ||
  (listener.includes(':') && listener.split(':').at(-1) === peer.split(':').at(-1));

/** The sockets of the app server were read, and none is the one NGINX asks for. */
function nobodyListensThere(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.find(h => h.server === (failure.appServer ?? failure.nginxServer));
  if (!app || app.queues.length === 0 || failure.peer === undefined || app.unit?.activeState !== 'active')
    return false;
  return !app.queues.some(q => samePeer(q.listener, failure.peer ?? ''));
}

function errorLogSpeaks(failure: Failure, { hosts }: AttributionContext): boolean {
  const nginx = hosts.find(h => h.server === failure.nginxServer);
  return (
    nginx?.coverage.some(
      c => c.source === 'nginx-error-log' && (c.state === 'read' || c.state === 'empty'),
    ) ?? false
  );
}

function keepaliveOn(failure: Failure, { hosts }: AttributionContext): boolean {
  const nginx = hosts.find(h => h.server === failure.nginxServer);
  return [...(nginx?.nginx?.upstreams.values() ?? [])].some(u => (u.keepalive ?? 0) > 0);
}

/** Nobody could read what happened to the workers: then a closed connection proves no race. */
function missingLedger(failure: Failure, { hosts }: AttributionContext): boolean {
  const app = hosts.filter(h => h.runsApp && (failure.appServer ?? h.server) === h.server);
  return (
    app.length === 0 ||
    app.some(h => !h.coverage.some(c => c.source === 'unit-journal' && c.state === 'read'))
  );
}
