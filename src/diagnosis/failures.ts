import type { AccessRequest, SourceLine, UpstreamFailure, UpstreamFault } from '../signals/signal.ts';
import type { AccessLog, CaseFile, HostFile, StatusTotal } from '../collectors/case-file.ts';

/** One request that went wrong for a client, or would have without a retry. */
export interface Failure {
  readonly atMs: number;
  readonly toleranceMs: number;
  /** The NGINX host that logged it. */
  readonly nginxServer: string;
  /** The app server behind the peer, where the peer tells. */
  readonly appServer?: string;
  /** Status the client got; undefined when no access log tells. */
  readonly status?: number;
  /** What NGINX's error log says of it; undefined when no line of it was found. */
  readonly fault?: UpstreamFault;
  readonly peer?: string;
  readonly method?: string;
  readonly uri?: string;
  readonly requestTimeMs?: number;
  /** `client` got an error status, `cut` a shortened body under a good status, `masked` a retry saved it. */
  readonly effect: 'client' | 'cut' | 'masked';
  /** The upstream itself answered with this error (`$upstream_status` says so, or no error line exists). */
  readonly fromUpstream: boolean;
  readonly lines: readonly SourceLine[];
}

export interface HttpCounts {
  readonly requests: number;
  readonly byStatus: ReadonlyMap<number, number>;
}

const MID_BODY: ReadonlySet<UpstreamFault> = new Set(['closed-mid-body', 'reset-mid-body', 'timed-out-reading-body']);
/** An error line is written within this of the access line of its request. */
const JOIN_MS = 2_000;

/**
 * The failed requests of the case, each once however many logs and tries tell of it, oldest first.
 * Statuses 499, 500, 502, 503 and 504 of the access logs, joined with the error log by client, URI and time.
 */
export function failuresOf(caseFile: CaseFile): readonly Failure[] {
  const failures = caseFile.hosts.flatMap(host => (host.runsNginx ? failuresOfHost(host, caseFile) : []));
  const { peers } = caseFile;
  const own = peers ? failures.filter(f => f.peer === undefined || peers.has(f.peer)) : failures;
  return own.sort((a, b) => a.atMs - b.atMs);
}

/** Requests per status over all NGINX hosts, each request once; from totals counted at the target where given. */
export function httpCountsOf(caseFile: CaseFile): HttpCounts {
  const byStatus = new Map<number, number>();
  let requests = 0;
  for (const host of caseFile.hosts) {
    for (const total of statusTotalsOf(host, caseFile.window.fromMs, caseFile.window.toMs)) {
      requests += total.count;
      byStatus.set(total.status, (byStatus.get(total.status) ?? 0) + total.count);
    }
  }
  return { requests, byStatus };
}

/** Requests per minute and status of one NGINX host; logs of one level are merged, not added. */
export function statusTotalsOf(host: HostFile, fromMs: number, toMs: number): readonly StatusTotal[] {
  const perLevel = new Map<string, Map<string, StatusTotal>>();
  for (const log of host.accessLogs) {
    const merged = perLevel.get(log.level) ?? new Map<string, StatusTotal>();
    perLevel.set(log.level, merged);
    for (const total of log.totals ?? totalsOfRequests(log.requests, fromMs, toMs)) {
      const key = `${total.minuteAtMs} ${total.status}`;
      const known = merged.get(key);
      if (known === undefined || known.count < total.count) merged.set(key, total);
    }
  }
  return [...perLevel.values()].flatMap(merged => [...merged.values()]);
}

function totalsOfRequests(requests: readonly AccessRequest[], fromMs: number, toMs: number): StatusTotal[] {
  const totals = new Map<string, { minuteAtMs: number; status: number; count: number }>();
  for (const { at, status } of requests) {
    if (at.epochMs < fromMs - 999 || at.epochMs > toMs) continue;
    const minuteAtMs = Math.floor(at.epochMs / 60_000) * 60_000;
    const key = `${minuteAtMs} ${status}`;
    const total = totals.get(key);
    if (total) total.count++;
    else totals.set(key, { minuteAtMs, status, count: 1 });
  }
  return [...totals.values()];
}

function failuresOfHost(host: HostFile, caseFile: CaseFile): Failure[] {
  const { fromMs, toMs } = caseFile.window;
  const within = (atMs: number) => atMs >= fromMs - 999 && atMs <= toMs;
  const errors = host.signals.filter(
    (s): s is UpstreamFailure => s.kind === 'upstream-failure' && within(s.at.epochMs),
  );
  const open = new ErrorIndex(errors);
  const hasAccessLog = host.accessLogs.length > 0;
  const failures: Failure[] = [];
  for (const request of requestsOfHost(host)) {
    if (!within(request.at.epochMs)) continue;
    const masked = request.status < 500 && (request.upstreamStatus ?? []).some(s => s !== undefined && s >= 502 && s <= 504);
    if (request.status < 499 && !masked) continue;
    const tries = request.status === 499 ? [] : open.claim(request);
    const error = tries.at(-1);
    failures.push(
      failureOf(host, caseFile, {
        at: request.at,
        status: request.status,
        peer: error?.peer ?? request.upstreamPeers?.at(-1),
        error,
        request,
        effect: masked ? 'masked' : 'client',
        lines: [request.line, ...tries.map(t => t.line)],
      }),
    );
  }
  for (const error of open.unclaimed()) {
    const effect = MID_BODY.has(error.fault) ? 'cut' : hasAccessLog ? 'masked' : 'client';
    const status = effect === 'client' ? (error.fault.startsWith('timed-out') ? 504 : 502) : undefined;
    failures.push(failureOf(host, caseFile, { at: error.at, status, peer: error.peer, error, effect, lines: [error.line] }));
  }
  return failures;
}

interface FailureParts {
  readonly at: { epochMs: number; toleranceMs: number };
  readonly status: number | undefined;
  readonly peer: string | undefined;
  readonly error: UpstreamFailure | undefined;
  readonly request?: AccessRequest;
  readonly effect: Failure['effect'];
  readonly lines: readonly SourceLine[];
}

function failureOf(host: HostFile, caseFile: CaseFile, parts: FailureParts): Failure {
  const { error, request, peer } = parts;
  const appServer = peer === undefined ? undefined : serverBehind(peer, host, caseFile);
  const uri = request?.uri ?? error?.uri;
  const method = request?.method ?? error?.method;
  // NGINX writes 502 into $upstream_status for its own failures too: only the error log's silence tells them apart.
  const silent = host.coverage.some(c => c.source === 'nginx-error-log' && (c.state === 'read' || c.state === 'empty'));
  const upstreamAnswered = request?.upstreamStatus?.at(-1) === parts.status && parts.status !== undefined && silent;
  return {
    atMs: parts.at.epochMs,
    toleranceMs: parts.at.toleranceMs,
    nginxServer: host.server,
    effect: parts.effect,
    fromUpstream: error === undefined && (upstreamAnswered || parts.status === 500),
    lines: parts.lines,
    ...(appServer !== undefined && { appServer }),
    ...(parts.status !== undefined && { status: parts.status }),
    ...(error && { fault: error.fault }),
    ...(peer !== undefined && { peer }),
    ...(method !== undefined && { method }),
    ...(uri !== undefined && { uri }),
    ...(request?.requestTimeMs !== undefined && { requestTimeMs: request.requestTimeMs }),
  };
}

/** The app server behind an upstream peer: a unix socket or loopback address is on the NGINX host itself. */
function serverBehind(peer: string, nginxHost: HostFile, caseFile: CaseFile): string | undefined {
  const known = caseFile.upstreams.get(peer);
  if (known !== undefined) return known;
  if (peer.startsWith('unix:') || /^(127\.|\[::1\]|localhost)/.test(peer)) return nginxHost.server;
  const apps = caseFile.hosts.filter(h => h.runsApp);
  return apps.length === 1 ? apps[0]?.server : undefined;
}

/**
 * The requests of a host's access logs, each once: logs of one level hold the same requests, so the richest
 * one speaks and the others only add what it does not have.
 */
function requestsOfHost(host: HostFile): AccessRequest[] {
  const levels = new Map<string, AccessLog[]>();
  for (const log of host.accessLogs) levels.set(log.level, [...(levels.get(log.level) ?? []), log]);
  return [...levels.values()].flatMap(logs => {
    const [richest, ...others] = logs.sort((a, b) => richness(b) - richness(a));
    if (richest === undefined) return [];
    const requests = [...richest.requests];
    const counts = countByKey(richest.requests);
    for (const log of others) {
      const seen = new Map<string, number>();
      for (const request of log.requests) {
        const key = keyOf(request);
        const nth = (seen.get(key) ?? 0) + 1;
        seen.set(key, nth);
        if (nth > (counts.get(key) ?? 0)) {
          requests.push(request);
          counts.set(key, nth);
        }
      }
    }
    return requests;
  });
}

function richness(log: AccessLog): number {
  const [first] = log.requests;
  if (first === undefined) return 0;
  return 1 + (first.upstreamStatus ? 4 : 0) + (first.requestTimeMs !== undefined ? 2 : 0) + (first.at.epochMs % 1000 ? 1 : 0);
}

function keyOf(request: AccessRequest): string {
  return `${Math.floor(request.at.epochMs / 1000)} ${request.status} ${request.client} ${request.method} ${request.uri}`;
}

function countByKey(requests: readonly AccessRequest[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(keyOf(request), (counts.get(keyOf(request)) ?? 0) + 1);
  return counts;
}

/** Error-log lines waiting for the access-log line of their request. */
class ErrorIndex {
  readonly #byRequest = new Map<string, UpstreamFailure[]>();
  readonly #claimed = new Set<UpstreamFailure>();
  readonly #all: readonly UpstreamFailure[];

  constructor(errors: readonly UpstreamFailure[]) {
    this.#all = errors;
    for (const error of errors) {
      const key = `${error.client} ${error.uri}`;
      const list = this.#byRequest.get(key);
      if (list) list.push(error);
      else this.#byRequest.set(key, [error]);
    }
  }

  /** The tries of one request, oldest first: the nearest open line and, with several peers, its siblings. */
  claim(request: AccessRequest): UpstreamFailure[] {
    const candidates = (this.#byRequest.get(`${request.client} ${request.uri}`) ?? []).filter(
      e => !this.#claimed.has(e) && !MID_BODY.has(e.fault),
    );
    const distance = (e: UpstreamFailure) => Math.abs(e.at.epochMs + 500 - request.at.epochMs);
    let best: UpstreamFailure | undefined;
    for (const e of candidates) if (distance(e) <= JOIN_MS + 500 && (!best || distance(e) < distance(best))) best = e;
    if (!best) return [];
    const last = best;
    const triesLeft = (request.upstreamPeers?.length ?? 1) - 1;
    const siblings = candidates.filter(
      e => e !== last && e.connection === last.connection && Math.abs(e.at.epochMs - last.at.epochMs) <= JOIN_MS && e.peer !== last.peer,
    );
    const tries = [...siblings.slice(0, Math.max(triesLeft, 0)), last];
    for (const t of tries) this.#claimed.add(t);
    return tries.sort((a, b) => a.at.epochMs - b.at.epochMs);
  }

  unclaimed(): UpstreamFailure[] {
    return this.#all.filter(e => !this.#claimed.has(e));
  }
}
