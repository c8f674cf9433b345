import type { AccessLog, HostFile } from '../collectors/case-file.ts';
import type { AccessRequest } from '../signals/signal.ts';

/**
 * The requests of a host's access logs, each once: logs of one level hold the same requests, so the richest
 * one speaks and the others only add what it does not have.
 */
export function requestsOfHost(host: HostFile): readonly AccessRequest[] {
  const levels = new Map<string, AccessLog[]>();
  for (const log of host.accessLogs) levels.set(log.level, [...(levels.get(log.level) ?? []), log]);
  return [...levels.values()].flatMap(logs => {
    const [richest, ...others] = [...logs].sort((a, b) => richness(b) - richness(a));
    if (richest === undefined) return [];
    const requests = [...richest.requests];
    for (const log of others) requests.push(...missingFrom(requests, log.requests));
    return requests;
  });
}

/** What a log has more of than those already known, compared by what both formats print. */
function missingFrom(known: readonly AccessRequest[], others: readonly AccessRequest[]): AccessRequest[] {
  const [one] = known;
  const [other] = others;
  if (one === undefined || other === undefined) return [...others];
  const shared = IDENTITY.filter(name => one[name] !== undefined && other[name] !== undefined);
  const keyOf = (r: AccessRequest) =>
    [Math.floor(r.at.epochMs / 1000), r.status, ...shared.map(name => r[name])].join(' ');
  const counts = new Map<string, number>();
  for (const request of known) counts.set(keyOf(request), (counts.get(keyOf(request)) ?? 0) + 1);
  return others.filter(request => {
    const key = keyOf(request);
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left <= 0;
  });
}

const IDENTITY = ['client', 'method', 'uri'] as const;

function richness(log: AccessLog): number {
  const [first] = log.requests;
  if (first === undefined) return 0;
  const has = [first.upstreamStatus, first.requestTimeMs, first.uri, first.client].map(v =>
    v === undefined ? 0 : 1,
  );
  return 1 + 8 * has[0]! + 4 * has[1]! + 2 * has[2]! + has[3]! + (first.at.epochMs % 1000 ? 1 : 0);
}
