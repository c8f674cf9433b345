import type { RequestCounts, UnitMemory, UnitSample } from '../growth/worker-sample.ts';
import type { CgroupMemory } from '../signals/host-state.ts';
import { masterOf, type UnitProcess } from '../signals/master-process.ts';
import type { LogReading, UnitMinute } from '../signals/unit-minute.ts';
import type { UnitMoment } from './unit-change.ts';
import type { WatchedPlace } from './watch-discovery.ts';
import type { WatchGap } from './watch-events.ts';

/** What of a unit's minute is kept, and what of it is compared with the next one. */
export interface ReadUnit {
  readonly sample: UnitSample;
  readonly moment: UnitMoment;
}

/** Makes a sample of a unit's answer. Workers are the master's children. */
export function readUnit(
  minute: UnitMinute,
  about: { readonly server: string; readonly service: string; readonly unit: string; readonly atMs: number },
  counts: RequestCounts | undefined,
): ReadUnit {
  const master = masterOf(minute.processes);
  const workers = minute.processes.filter(
    (process): process is UnitProcess => process.parentPid === master?.pid && process.state !== 'Z',
  );
  const memory = minute.memory && unitMemoryOf(minute.memory);
  const sample: UnitSample = {
    ...about,
    bootId: minute.bootId,
    workers: workers.map(({ pid, startTicks, rssBytes }) => ({
      pid,
      startTicks,
      rssBytes,
      ...(minute.uss?.pid === pid && minute.uss.bytes !== undefined && { ussBytes: minute.uss.bytes }),
    })),
    ...(master && { masterPid: master.pid, masterRssBytes: master.rssBytes }),
    ...(memory && { memory }),
    ...(minute.host?.availableBytes !== undefined && { hostAvailableBytes: minute.host.availableBytes }),
    ...(minute.host && { hostTotalBytes: minute.host.totalBytes }),
    ...(counts && { counts }),
  };
  const moment: UnitMoment = {
    bootId: minute.bootId,
    ...(master && { master: { pid: master.pid, startTicks: master.startTicks } }),
    workers: sample.workers,
    ...(memory?.oomKills !== undefined && { oomKills: memory.oomKills }),
    ...(minute.killsAbove !== undefined && { killsAbove: minute.killsAbove }),
  };
  return { sample, moment };
}

/** The moment of a sample that an earlier process stored. */
export function momentOf(sample: UnitSample): UnitMoment {
  return {
    bootId: sample.bootId,
    ...(sample.masterPid !== undefined && { master: { pid: sample.masterPid } }),
    workers: sample.workers,
    ...(sample.memory?.oomKills !== undefined && { oomKills: sample.memory.oomKills }),
  };
}

function unitMemoryOf(memory: CgroupMemory): UnitMemory | undefined {
  if (memory.currentBytes === undefined) return undefined;
  return {
    currentBytes: memory.currentBytes,
    ...(memory.limitBytes !== undefined && { maxBytes: memory.limitBytes }),
    ...(memory.highBytes !== undefined && { highBytes: memory.highBytes }),
    ...(memory.oomKills !== undefined && { oomKills: memory.oomKills }),
    ...(memory.highHits !== undefined && { highEvents: memory.highHits }),
    ...(memory.limitHits !== undefined && { maxEvents: memory.limitHits }),
  };
}

/** Sums of the logs that could be counted; undefined when none could, or all were met for the first time. */
export function countsOf(readings: readonly (LogReading | undefined)[]): RequestCounts | undefined {
  const counted = readings.filter(
    (reading): reading is LogReading => reading?.state === 'read' || reading?.state === 'lost',
  );
  if (counted.length === 0) return undefined;
  const sum = (value: (reading: LogReading) => number) =>
    counted.reduce((total, reading) => total + value(reading), 0);
  return { requests: sum(r => r.requests), http502: sum(r => r.http502), http504: sum(r => r.http504) };
}

/** What could not be read, in the words for a person. */
export function gapsOf(
  server: string,
  place: WatchedPlace,
  minute: UnitMinute,
  readings: readonly (LogReading | undefined)[],
): readonly WatchGap[] {
  const gaps: WatchGap[] = [];
  const gap = (what: WatchGap['what'], text: string) =>
    gaps.push({ server, service: place.service, what, text });
  if (place.cgroup !== undefined) {
    if (minute.unitAbsent) gap('workers', `${place.unit} does not run on ${server}: it has no cgroup.`);
    else if (minute.processes.length === 0 && minute.unread > 0)
      gap(
        'workers',
        `The ${minute.unread} processes of ${place.unit} on ${server} are hidden from this user: /proc is mounted with hidepid. Fix: hidepid=0, or gid= of a group that this user is in.`,
      );
    if (minute.leftOut > 0)
      gap('workers', `${place.unit} on ${server} has ${minute.leftOut} processes more than are read.`);
    if (!minute.unitAbsent && minute.memory?.currentBytes === undefined)
      gap(
        'memory',
        `No memory is counted for ${place.unit} on ${server}. Fix: MemoryAccounting=yes in its [Service] section.`,
      );
    else if (!minute.unitAbsent && minute.memory?.oomKills === undefined)
      gap('kills', `The kernel of ${server} counts no OOM kills per unit (before Linux 4.13).`);
  }
  if (place.noLogs !== undefined) gap('requests', place.noLogs);
  for (const [at, { path }] of place.logs.entries()) {
    const reading = readings[at];
    if (reading?.state === 'denied')
      gap(
        'requests',
        `${path} on ${server} may not be read. Fix: add the user to the file's group, often adm.`,
      );
    else if (reading === undefined || reading.state === 'absent')
      gap('requests', `${path} on ${server} is not there, or is no regular file.`);
    else if (reading.state === 'lost')
      gap(
        'requests',
        `${path} on ${server} was rotated and packed at once: up to a minute of it was not counted. Fix: delaycompress in its logrotate settings.`,
      );
    else if (reading.skippedBytes > 0)
      gap(
        'requests',
        `${path} on ${server} grows faster than it is read: of this minute the end was counted.`,
      );
  }
  return gaps;
}
