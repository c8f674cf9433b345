import { answerLines, wholeNumber } from './answer-lines.ts';
import { readCgroupMemory } from './cgroup-memory.ts';
import { readHostMemory } from './host-memory.ts';
import type { CgroupMemory, HostMemory } from './host-state.ts';
import type { UnitProcess } from './master-process.ts';

/** How far a log was read: device and inode of the file, and a byte in it. */
export interface LogCursor {
  readonly file: string;
  readonly offset: number;
}

/** What one log told since the cursor that was asked from. */
export interface LogReading {
  /**
   * `begun`: the first time, nothing is counted yet. `lost`: the log was rotated and what stood in the old file
   * behind the cursor is gone; the new file is counted.
   */
  readonly state: 'begun' | 'read' | 'lost' | 'denied' | 'absent';
  /** Where to go on; absent when the log could not be read. */
  readonly cursor?: LogCursor;
  readonly requests: number;
  readonly http502: number;
  readonly http504: number;
  /** Bytes that were not looked at, because more was written in this minute than is read. */
  readonly skippedBytes: number;
}

/** The answer to `watch-sample` (docs/reading.md). */
export interface UnitMinute {
  readonly bootId: string;
  /** The unit has no cgroup: it does not run. */
  readonly unitAbsent: boolean;
  readonly processes: readonly UnitProcess[];
  /** Processes that are listed in the cgroup and could not be read: they ended, or are closed to this user. */
  readonly unread: number;
  /** Processes beyond the most that are read. */
  readonly leftOut: number;
  readonly memory?: CgroupMemory;
  /** OOM kills in the slice above the unit, which outlive the unit's own counter; cgroup v2 only. */
  readonly killsAbove?: number;
  readonly uss?: { readonly pid: number; readonly bytes?: number };
  readonly host?: HostMemory;
  /** By the log's place in the question, from 0. */
  readonly logs: readonly LogReading[];
}

/** Reads a `watch-sample` answer; undefined when it is none. Rows that are not understood are left out. */
export function readUnitMinute(text: string, server: string): UnitMinute | undefined {
  const rows = answerLines(text);
  const value = (name: string) => rows.find(row => row.startsWith(`${name} `))?.slice(name.length + 1);
  const bootId = value('boot');
  if (bootId === undefined || bootId === '') return undefined;
  const pageBytes = wholeNumber(value('page')) ?? 4096;
  const memory = readCgroupMemory(text, server);
  const host = readHostMemory(text);
  const killsAbove = wholeNumber(/^oom_kill (\d+)$/.exec(rowAfter(rows, 'above:') ?? '')?.[1]);
  const uss = ussOf(value('uss'));
  return {
    bootId,
    unitAbsent: value('unit') === 'absent',
    processes: rows.flatMap(row => processOf(row, pageBytes) ?? []),
    unread: wholeNumber(value('unread')) ?? 0,
    leftOut: wholeNumber(value('left-out')) ?? 0,
    ...(memory && { memory }),
    ...(killsAbove !== undefined && { killsAbove }),
    ...(uss && { uss }),
    ...(host && { host }),
    logs: logsOf(rows),
  };
}

const rowAfter = (rows: readonly string[], head: string) =>
  rows.find(row => row.startsWith(head))?.slice(head.length);

/** `process PID PPID STATE STARTTICKS RSSPAGES COMM`: the name comes last, because it may hold anything. */
function processOf(row: string, pageBytes: number): UnitProcess | undefined {
  const match = /^process (\d{1,10}) (\d{1,10}) ([A-Za-z]) (\d{1,16}) (\d{1,12}) (.{0,64})$/.exec(row);
  if (!match) return undefined;
  const [pid, parentPid, startTicks, pages] = [match[1], match[2], match[4], match[5]].map(wholeNumber);
  if (!pid || parentPid === undefined || startTicks === undefined || pages === undefined) return undefined;
  return {
    pid,
    parentPid,
    comm: match[6] ?? '',
    state: match[3] ?? '',
    startTicks,
    rssBytes: pages * pageBytes,
  };
}

function ussOf(value: string | undefined): UnitMinute['uss'] {
  const [pidText, kibText] = value?.split(' ') ?? [];
  const pid = wholeNumber(pidText);
  const kib = wholeNumber(kibText);
  if (!pid) return undefined;
  return { pid, ...(kib !== undefined && { bytes: kib * 1024 }) };
}

/**
 * `log N STATE [FILE OFFSET [REQUESTS HTTP502 HTTP504 SKIPPED]]`. A log that was rotated has two rows, one for the
 * rest of the old file: they add up, and the last one says where to go on.
 */
function logsOf(rows: readonly string[]): readonly LogReading[] {
  const logs: LogReading[] = [];
  for (const row of rows) {
    const match =
      /^log (\d{1,3}) (begun|read|lost|denied|absent)(?: (\d{1,20}:\d{1,20}) (\d{1,15})(?: (\d{1,15}) (\d{1,15}) (\d{1,15}) (\d{1,15}))?)?$/.exec(
        row,
      );
    if (!match) continue;
    const at = Number(match[1]) - 1;
    const state = match[2] as LogReading['state'];
    const before = logs[at];
    const [requests, http502, http504, skippedBytes] = [5, 6, 7, 8].map(group => Number(match[group] ?? 0));
    const cursor = match[3] === undefined ? undefined : { file: match[3], offset: Number(match[4]) };
    logs[at] = {
      state: before?.state === 'lost' ? 'lost' : state,
      ...(cursor && { cursor }),
      requests: (before?.requests ?? 0) + (requests ?? 0),
      http502: (before?.http502 ?? 0) + (http502 ?? 0),
      http504: (before?.http504 ?? 0) + (http504 ?? 0),
      skippedBytes: (before?.skippedBytes ?? 0) + (skippedBytes ?? 0),
    };
  }
  return logs;
}
