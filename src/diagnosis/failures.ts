import type { CaseFile, HostFile, StatusTotal } from '../collectors/case-file.ts';
import type { AccessRequest, SourceLine, UpstreamFailure, UpstreamFault } from '../signals/signal.ts';
import { requestsOfHost } from './access-requests.ts';
import { ErrorIndex, MID_BODY } from './error-index.ts';

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

/** The access line of a request comes when it ends, its error lines before. */
const LOG_SLACK_MS = 5_000;

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
  const requests = requestsOfHost(host);
  const isLogged = accessLogCoverage(host, requests);
  const failures: Failure[] = [];
  for (const request of requests) {
    if (!within(request.at.epochMs)) continue;
    const masked =
      request.status < 500 &&
      (request.upstreamStatus ?? []).some(s => s !== undefined && s >= 502 && s <= 504);
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
    const effect = MID_BODY.has(error.fault) ? 'cut' : isLogged(error.at.epochMs) ? 'masked' : 'client';
    const status = effect === 'client' ? (error.fault.startsWith('timed-out') ? 504 : 502) : undefined;
    failures.push(
      failureOf(host, caseFile, {
        at: error.at,
        status,
        peer: error.peer,
        error,
        effect,
        lines: [error.line],
      }),
    );
  }
  return failures;
}

/**
 * Whether an access log tells of an instant. Where it does, a failed try without a request of its own was
 * saved by a retry; where it does not (another file, rotated away), the client got the error.
 */
function accessLogCoverage(host: HostFile, requests: readonly AccessRequest[]): (atMs: number) => boolean {
  if (host.accessLogs.some(log => log.totals !== undefined)) return () => true;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { at, requestTimeMs } of requests) {
    fromMs = Math.min(fromMs, at.epochMs - (requestTimeMs ?? 0));
    toMs = Math.max(toMs, at.epochMs);
  }
  return atMs => atMs >= fromMs - LOG_SLACK_MS && atMs <= toMs + LOG_SLACK_MS;
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
  const silent = host.coverage.some(
    c => c.source === 'nginx-error-log' && (c.state === 'read' || c.state === 'empty'),
  );
  const upstreamAnswered =
    request?.upstreamStatus?.at(-1) === parts.status && parts.status !== undefined && silent;
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
