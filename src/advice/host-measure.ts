import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { WorkerProcess } from '../signals/host-state.ts';
import type { SourceLine } from '../signals/signal.ts';
import type { GrowthMeasure, MemoryRoom } from './growth-measure.ts';
import type { TrafficMinute } from './life-growth.ts';
import type { Basis } from './quantity.ts';

/** What one visit tells of a unit: its size now, its limit, its rate. Growth needs a watch. */
export interface HostMeasure {
  readonly measure: GrowthMeasure;
  readonly room: MemoryRoom;
}

const read = (words: string, lines: readonly (SourceLine | undefined)[] = []): Basis => ({
  kind: 'read',
  words,
  lines: lines.filter(l => l !== undefined),
});

/** The unit's processes other than its master; empty when the master is not known. */
export function workersOf(host: HostFile): readonly WorkerProcess[] {
  const main = host.unit?.mainPid;
  return main === undefined ? [] : host.workers.filter(w => w.parentPid === main);
}

/** How many workers Gunicorn keeps: the setting, else those that run. */
export function workerCountOf(host: HostFile): { count: number; basis: Basis } | undefined {
  const setting = host.gunicorn?.workers;
  if (typeof setting?.value === 'number' && setting.value > 0)
    return { count: setting.value, basis: read("Gunicorn's workers", [setting.line]) };
  const running = workersOf(host);
  if (running.length === 0) return undefined;
  return {
    count: running.length,
    basis: read(
      'processes running now',
      running.slice(0, 4).map(w => w.line),
    ),
  };
}

/** Memory that the unit uses now. */
export function usedBytesOf({ cgroup, unit }: HostFile): number | undefined {
  return cgroup?.currentBytes ?? unit?.memoryCurrentBytes;
}

/** The limit that is reached first: the unit's own, or what the host has left for it. */
export function roomOf(host: HostFile): MemoryRoom {
  const { unit, cgroup, memory } = host;
  const basis: { -readonly [K in keyof MemoryRoom['basis']]: Basis } = {};
  const used = usedBytesOf(host);
  const max = unit?.memoryMaxBytes ?? cgroup?.limitBytes;
  const high = unit?.memoryHighBytes ?? cgroup?.highBytes;
  const left =
    memory?.availableBytes !== undefined && used !== undefined ? memory.availableBytes + used : undefined;
  const candidates = [
    { bytes: max, limit: 'memory-max', basis: read('MemoryMax of the unit', [unit?.lines.get('MemoryMax')]) },
    {
      bytes: high,
      limit: 'memory-high',
      basis: read('MemoryHigh of the unit', [unit?.lines.get('MemoryHigh')]),
    },
    { bytes: left, limit: 'host', basis: read('available on the host, and what the unit uses now') },
  ] as const;
  const least = candidates
    .filter(c => c.bytes !== undefined)
    .reduce<(typeof candidates)[number] | undefined>(
      (least, c) => (least === undefined || (c.bytes as number) < (least.bytes as number) ? c : least),
      undefined,
    );
  if (least !== undefined) basis.limitBytes = least.basis;
  const master = host.workers.find(w => w.pid === unit?.mainPid);
  if (master?.rssBytes !== undefined) basis.masterBytes = read('RSS of the master now', [master.line]);
  return {
    ...(least?.bytes !== undefined && { limitBytes: least.bytes, limit: least.limit }),
    ...(master?.rssBytes !== undefined && { masterBytes: master.rssBytes }),
    basis,
  };
}

/** What can be said of one host without any watching. */
export function visitMeasure(host: HostFile, caseFile: CaseFile): HostMeasure {
  const basis: { -readonly [K in keyof GrowthMeasure['basis']]: Basis } = {};
  const measure: { -readonly [K in keyof GrowthMeasure]: GrowthMeasure[K] } = { basis };
  const counted = workerCountOf(host);
  if (counted !== undefined) {
    measure.workers = counted.count;
    basis.workers = counted.basis;
  }
  const smallest = smallestWorker(host);
  if (smallest?.rssBytes !== undefined) {
    measure.freshBytes = smallest.rssBytes;
    measure.freshIsAtMost = true;
    basis.freshBytes = read('the smallest worker now; a fresh one holds no more', [smallest.line]);
  }
  const workers = workersOfService(caseFile);
  const traffic = trafficOf(caseFile);
  const busiest = Math.max(0, ...traffic.map(t => t.requests));
  if (busiest > 0 && workers > 0) {
    measure.requestsPerSecondPerWorkerPeak = busiest / 60 / workers;
    basis.requestsPerSecondPerWorkerPeak = {
      kind: 'measured',
      words: `${busiest} requests in the busiest of ${traffic.length} minutes, shared by ${workers} workers`,
      lines: [],
    };
  }
  return { measure, room: roomOf(host) };
}

/** The worker that holds least. */
function smallestWorker(host: HostFile): WorkerProcess | undefined {
  return workersOf(host)
    .filter(w => w.rssBytes !== undefined)
    .reduce<WorkerProcess | undefined>(
      (least, w) => (least === undefined || (w.rssBytes ?? 0) < (least.rssBytes ?? 0) ? w : least),
      undefined,
    );
}

/** Over all its servers: they share the traffic. */
export function workersOfService(caseFile: CaseFile): number {
  return caseFile.hosts
    .filter(h => h.runsApp)
    .reduce((sum, host) => sum + (workerCountOf(host)?.count ?? 0), 0);
}

/** Requests per minute as the access logs of the window tell; logs of one level hold the same requests. */
export function trafficOf(caseFile: CaseFile): readonly TrafficMinute[] {
  const minutes = new Map<number, number>();
  for (const host of caseFile.hosts) {
    const levels = new Map<string, Map<number, number>>();
    for (const log of host.accessLogs) {
      const own = new Map<number, number>();
      const count = (atMs: number, n: number) => {
        const minute = Math.floor(atMs / 60_000) * 60_000;
        own.set(minute, (own.get(minute) ?? 0) + n);
      };
      if (log.totals !== undefined) for (const t of log.totals) count(t.minuteAtMs, t.count);
      else for (const request of log.requests) count(request.at.epochMs, 1);
      const sum = (all: Map<number, number> | undefined) =>
        [...(all?.values() ?? [])].reduce((a, b) => a + b, 0);
      if (sum(own) > sum(levels.get(log.level))) levels.set(log.level, own);
    }
    for (const own of levels.values())
      for (const [minute, n] of own) minutes.set(minute, (minutes.get(minute) ?? 0) + n);
  }
  return [...minutes].map(([atMs, requests]) => ({ atMs, requests })).sort((a, b) => a.atMs - b.atMs);
}
