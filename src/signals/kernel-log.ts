import { type JournalRecord, readJournalRecord, readTextRecord, recordMoment } from './journal-record.ts';
import { readKernelCrash } from './kernel-crash.ts';
import { oomKills } from './kernel-oom-kills.ts';
import { type PlacedNote, readOomNote } from './kernel-oom-note.ts';
import { ctimeMoment, type ReadContext } from './moments.ts';
import { readNginxErrorLine } from './nginx-error-log.ts';
import { type CausePattern, patternReader } from './pattern-hits.ts';
import type { Moment, ProcessCrash, Signal, SourceLine } from './signal.ts';
import { signalName } from './signal-names.ts';
import { readUnitEvent } from './unit-events.ts';
import { readUserspaceOomMessage } from './userspace-oom.ts';

/** dmesg counts seconds since boot by a clock that NTP does not steer, and its boot time is an estimate. */
const DMESG_TOLERANCE_MS = 2_000;
const DMESG = /^\[ {0,8}(\d{1,10})\.(\d{1,9})\](?:\[[^\]]{0,40}\])? ?/;
const DMESG_TIME = /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] /;
const BOOT_EPOCH = /^#staunch boot-epoch (\d{1,12})/;

/** Reads kernel messages one by one, in any order, and says at the end what they told. */
export interface KernelLogReader {
  /** A line of any form: journal JSON, journal text, syslog file, dmesg with either stamp. */
  readLine(line: string): void;
  readRecord(record: JournalRecord): void;
  /** A kernel message whose time the caller knows. */
  readMessage(message: string, at: Moment, line: SourceLine): void;
  /** Kills (one per process), crashes, userspace kills, units and NGINX, by time. Call it once. */
  finish(): readonly Signal[];
}

export interface KernelLogSettings {
  /** Dates without a year (syslog files) are taken to be before this, epoch ms. */
  readonly referenceMs: number;
  /** When the machine booted, epoch ms: plain dmesg has no other date. `#staunch boot-epoch` sets it too. */
  readonly bootEpochMs?: number;
  /** What playbooks look for besides. */
  readonly patterns?: readonly CausePattern[];
}

/** A reader for one server's kernel log, whatever tool printed it. */
export function createKernelLogReader(context: ReadContext, settings: KernelLogSettings): KernelLogReader {
  const notes: PlacedNote[] = [];
  const signals: Signal[] = [];
  let { bootEpochMs } = settings;
  const listener = patternReader(settings.patterns ?? [], 'kernel-log', context.clock);
  const lineOf = (text: string, at: Moment): SourceLine => ({
    server: context.server,
    source: 'kernel-log',
    text,
    at,
  });

  const readMessage = (message: string, at: Moment, line: SourceLine): void => {
    const text = withoutStamp(message);
    if (listener) signals.push(...listener.hitsOf(text, line, at));
    const note = readOomNote(text);
    if (note !== undefined) {
      notes.push({ note, at, line });
      return;
    }
    const crash = readKernelCrash(text);
    if (crash !== undefined) signals.push({ kind: 'process-crash', at, line, ...crash });
  };

  const readFrom = (record: JournalRecord, text: string): void => {
    const at = recordMoment(record);
    if (at === undefined) return;
    const line = lineOf(text, at);
    if (record.identifier === 'kernel' || record.transport === 'kernel') {
      readMessage(record.message, at, line);
      return;
    }
    const told =
      readCoredump(record, at, line) ??
      readUserspaceOomMessage(record.identifier, record.message, at, line) ??
      readUnitEvent(record, at, line) ??
      (record.identifier === 'nginx' ? readNginxErrorLine(record.message, context, line) : undefined);
    if (told !== undefined) signals.push(told);
  };

  const readDmesg = (line: string): void => {
    const since = DMESG.exec(line);
    if (since !== null) {
      if (bootEpochMs === undefined) return;
      const sinceBootMs = Number(`${since[1]}.${since[2]}`) * 1_000;
      const at = { epochMs: Math.round(bootEpochMs + sinceBootMs), toleranceMs: DMESG_TOLERANCE_MS };
      readMessage(line.slice(since[0].length), at, lineOf(line, at));
      return;
    }
    const stamp = DMESG_TIME.exec(line)?.[0];
    const printed = stamp === undefined ? undefined : ctimeMoment(line, 1, context.clock);
    if (stamp === undefined || printed === undefined) return;
    const at = { epochMs: printed.epochMs, toleranceMs: printed.toleranceMs + DMESG_TOLERANCE_MS };
    readMessage(line.slice(stamp.length), at, lineOf(line, at));
  };

  return {
    readMessage,
    readRecord: record => readFrom(record, record.message),
    readLine(line) {
      switch (line.charCodeAt(0)) {
        case 123: {
          const record = readJournalRecord(line);
          if (record !== undefined) readFrom(record, record.message);
          return;
        }
        case 91:
          readDmesg(line);
          return;
        case 35: {
          const epoch = BOOT_EPOCH.exec(line)?.[1];
          if (epoch !== undefined) bootEpochMs = Number(epoch) * 1_000;
          return;
        }
        default: {
          const record = readTextRecord(line, context, settings.referenceMs);
          if (record !== undefined) readFrom(record, line);
        }
      }
    },
    finish: () => [...oomKills(notes), ...signals].sort((a, b) => a.at.epochMs - b.at.epochMs),
  };
}

/** Syslog files keep the kernel's own stamp in front of the message. */
function withoutStamp(message: string): string {
  if (message.charCodeAt(0) !== 91) return message;
  const stamp = DMESG.exec(message);
  return stamp === null ? message : message.slice(stamp[0].length);
}

const COREDUMP_ID = 'fc2e22bc6ee647b6b90729ab34a250b1';
const COREDUMP_TEXT =
  /^Process (\d{1,10}) \((.{0,64})\) of user \d{1,10} (?:dumped core|terminated abnormally)/;

/** systemd-coredump: the only trace of an abort(), for which the kernel prints nothing. */
export function readCoredump(record: JournalRecord, at: Moment, line: SourceLine): ProcessCrash | undefined {
  if (record.messageId !== COREDUMP_ID && record.identifier !== 'systemd-coredump') return undefined;
  const text = COREDUMP_TEXT.exec(record.message);
  const pid = record.coredump?.pid ?? (text === null ? undefined : Number(text[1]));
  if (pid === undefined) return undefined;
  const number = record.coredump?.signal;
  return {
    kind: 'process-crash',
    at,
    line,
    pid,
    comm: record.coredump?.comm ?? text?.[2] ?? '',
    // The text form does not say which signal it was.
    signal: number === undefined ? 'unknown' : signalName(number),
  };
}
