import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { NginxConfig } from '../signals/host-state.ts';
import { compareVersions } from '../signals/version-order.ts';
import type { MethodMix, RecyclingSituation, WorkerClass } from './recycling-safety.ts';

/** From here on NGINX keeps upstream connections and speaks HTTP/1.1 to them unless told otherwise (its CHANGES). */
const KEEPALIVE_BY_DEFAULT = '1.29.7';
/** RFC 9110 and ngx_http_upstream.c: NGINX sends these again only with `non_idempotent`. */
const UNREPEATABLE = /^(?:POST|PATCH|LOCK)$/;
/** Fewer requests than this do not show what a service is asked. */
const ENOUGH_REQUESTS = 1_000;

/** What is known of one app host and of the NGINX in front of it. */
export function situationOf(
  host: HostFile,
  caseFile: CaseFile,
  dropsSeen?: RecyclingSituation['dropsSeen'],
): RecyclingSituation {
  const { gunicorn } = host;
  const version = gunicorn?.version ?? host.versions?.gunicorn;
  const named = gunicorn?.workerClass?.value;
  const keepalive = keepaliveOf(caseFile);
  const methods = methodsOf(caseFile);
  return {
    ...(named !== undefined && named !== 'computed' && { workerClass: classOf(named) }),
    ...(version !== undefined && { gunicornVersion: version }),
    ...(keepalive !== undefined && { keepalive }),
    ...(methods !== undefined && { methods }),
    ...(typeof gunicorn?.reusePort?.value === 'boolean' && { reusePort: gunicorn.reusePort.value }),
    ...(dropsSeen !== undefined && { dropsSeen }),
  };
}

function classOf(name: string): WorkerClass {
  if (/(?:^|\.)uvicorn|uvicorn_worker/i.test(name)) return 'uvicorn';
  const known = ['sync', 'gthread', 'gevent', 'eventlet', 'tornado'] as const;
  return known.find(one => one === name) ?? 'other';
}

/** On as soon as one NGINX in front keeps connections; off only when every one of them is known not to. */
export function keepaliveOf(caseFile: CaseFile): boolean | undefined {
  const fronts = caseFile.hosts.filter(h => h.runsNginx);
  const each = fronts.map(h =>
    h.nginx === undefined ? undefined : keepaliveIn(h.nginx, h.versions?.nginx, caseFile.peers),
  );
  if (each.includes(true)) return true;
  const unseen = caseFile.unreached.length > 0 || fronts.length === 0;
  return unseen || each.includes(undefined) ? undefined : false;
}

function keepaliveIn(
  config: NginxConfig,
  version: string | undefined,
  peers: CaseFile['peers'],
): boolean | undefined {
  const passes = passesOf(config, peers);
  if (passes.length === 0) return undefined;
  const byDefault = version === undefined ? undefined : compareVersions(version, KEEPALIVE_BY_DEFAULT) >= 0;
  const each = passes.map(pass => {
    const kept = config.upstreams.get(pass.target)?.keepalive;
    if (kept === 0 || pass.httpVersion === '1.0') return false;
    if (kept !== undefined && pass.httpVersion !== undefined) return true;
    // Before 1.29.7 connections are kept only where a group says so and HTTP/1.1 is spoken.
    return byDefault;
  });
  return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
}

/** The passes to this service; all of them where nobody can tell which ones those are. */
export function passesOf(config: NginxConfig, peers: CaseFile['peers']): NginxConfig['proxyPasses'] {
  if (peers === undefined) return config.proxyPasses;
  const groups = [...config.upstreams].filter(([, group]) => group.servers.some(s => peers.has(s)));
  const targets = new Set([...peers, ...groups.map(([name]) => name)]);
  const own = config.proxyPasses.filter(pass => targets.has(pass.target));
  return own.length > 0 ? own : config.proxyPasses;
}

/** One POST proves POSTs; their absence is believed only of whole logs with enough requests. */
function methodsOf(caseFile: CaseFile): MethodMix | undefined {
  const fronts = caseFile.hosts.filter(h => h.runsNginx);
  const logs = fronts.flatMap(h => h.accessLogs);
  const requests = logs.flatMap(log => log.requests);
  if (requests.some(r => r.method !== undefined && UNREPEATABLE.test(r.method))) return 'unrepeatable';
  const repeats = fronts.every(
    h =>
      h.nginx !== undefined &&
      passesOf(h.nginx, caseFile.peers).every(pass => repeatsErrors(pass.nextUpstream)),
  );
  const whole = logs.length > 0 && logs.every(log => log.totals === undefined);
  const named = requests.filter(r => r.method !== undefined).length;
  return repeats && whole && named >= ENOUGH_REQUESTS ? 'repeatable' : undefined;
}

/** NGINX's default is `error timeout`; without `error` a closed connection is not tried again. */
function repeatsErrors(nextUpstream: string | undefined): boolean {
  return nextUpstream === undefined || /(?:^|\s)error(?:\s|$)/.test(nextUpstream);
}
