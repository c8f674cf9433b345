import { isoMoment, type ReadContext, syslogMoment } from './moments.ts';
import type { Moment } from './signal.ts';

/**
 * A journal entry as far as Staunch reads it, from `journalctl -o json` (systemd.journal-fields(7)) or, with
 * fewer fields, from a text form. Times are microseconds.
 */
export interface JournalRecord {
  readonly message: string;
  /** `__REALTIME_TIMESTAMP`: when journald received the entry. */
  readonly realtimeUs?: number;
  readonly monotonicUs?: number;
  /** `_SOURCE_MONOTONIC_TIMESTAMP`: when the kernel wrote the line, since boot. */
  readonly sourceMonotonicUs?: number;
  /** `_SOURCE_REALTIME_TIMESTAMP`: the sender's own stamp; streams (stdout) have none. */
  readonly sourceRealtimeUs?: number;
  /** Time of a text form, where no microsecond fields exist. */
  readonly printedAt?: Moment;
  readonly transport?: string;
  readonly pid?: number;
  readonly comm?: string;
  /** `_SYSTEMD_UNIT`: the unit that the sender belongs to. */
  readonly unit?: string;
  /** `UNIT`, `OBJECT_SYSTEMD_UNIT` or `COREDUMP_UNIT`: the unit that the message is about. */
  readonly aboutUnit?: string;
  readonly messageId?: string;
  readonly jobType?: string;
  readonly invocation?: string;
  readonly identifier?: string;
  readonly priority?: number;
  readonly bootId?: string;
  readonly hostname?: string;
  readonly coredump?: { readonly pid: number; readonly comm?: string; readonly signal?: number };
}

/**
 * Longest line of `-o json` that can be whole: a MESSAGE of 4,096 bytes printed as numbers takes 20 KB. Give
 * it to `sliceLines`; its default would cut such entries.
 */
export const JOURNAL_LINE_BYTES = 131_072;

/** One line of `journalctl -o json`; undefined for anything that is no object with a MESSAGE. */
export function readJournalRecord(line: string): JournalRecord | undefined {
  if (line.charCodeAt(0) !== 123) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  const fields = document as Record<string, unknown>;
  const message = textOf(fields.MESSAGE);
  // null: the field was longer than journalctl prints without --all. The entry still tells who and when.
  if (message === undefined && fields.MESSAGE !== null) return undefined;
  return present({
    message: message ?? '',
    realtimeUs: numberOf(fields.__REALTIME_TIMESTAMP),
    monotonicUs: numberOf(fields.__MONOTONIC_TIMESTAMP),
    sourceMonotonicUs: numberOf(fields._SOURCE_MONOTONIC_TIMESTAMP),
    sourceRealtimeUs: numberOf(fields._SOURCE_REALTIME_TIMESTAMP),
    transport: textOf(fields._TRANSPORT),
    pid: numberOf(fields._PID ?? fields.SYSLOG_PID),
    comm: textOf(fields._COMM),
    unit: textOf(fields._SYSTEMD_UNIT),
    aboutUnit: textOf(fields.UNIT ?? fields.OBJECT_SYSTEMD_UNIT ?? fields.COREDUMP_UNIT),
    messageId: textOf(fields.MESSAGE_ID),
    jobType: textOf(fields.JOB_TYPE),
    invocation: textOf(fields.INVOCATION_ID ?? fields._SYSTEMD_INVOCATION_ID),
    identifier: textOf(fields.SYSLOG_IDENTIFIER),
    priority: numberOf(fields.PRIORITY),
    bootId: textOf(fields._BOOT_ID),
    hostname: textOf(fields._HOSTNAME),
    coredump: coredumpOf(fields),
  });
}

const ISO_TEXT =
  /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) (\S{1,255}) ([^\s:[\]]{1,128})(?:\[(\d{1,10})\])?: /;
const SYSLOG_TEXT =
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S{1,255}) ([^\s:[\]]{1,128})(?:\[(\d{1,10})\])?: /;

/**
 * One line of `journalctl -o short-iso[-precise]` or of a syslog file, old (`Nov 22 10:13:15`, the year taken
 * so that the line is not after `referenceMs`) or new. Undefined for continuation lines and other languages.
 */
export function readTextRecord(
  line: string,
  context: ReadContext,
  referenceMs: number,
): JournalRecord | undefined {
  const isIso = line.charCodeAt(4) === 45;
  const match = (isIso ? ISO_TEXT : SYSLOG_TEXT).exec(line);
  if (match === null) return undefined;
  const stamp = match[1]!;
  const printedAt = isIso
    ? isoMoment(stamp, 0, context.clock)
    : syslogMoment(stamp, referenceMs, context.clock);
  if (printedAt === undefined) return undefined;
  return present({
    message: line.slice(match[0].length),
    printedAt,
    hostname: match[2],
    identifier: match[3],
    pid: match[4] === undefined ? undefined : Number(match[4]),
    transport: match[3] === 'kernel' ? 'kernel' : undefined,
  });
}

/**
 * When it happened. A kernel line is stamped late by journald, by as much as its monotonic time differs from
 * the kernel's own; other senders' own stamp is taken while it is within a minute of the reception.
 */
export function recordMoment(record: JournalRecord): Moment | undefined {
  const { realtimeUs, monotonicUs, sourceMonotonicUs, sourceRealtimeUs } = record;
  if (realtimeUs === undefined) {
    return sourceRealtimeUs === undefined ? record.printedAt : momentOfUs(sourceRealtimeUs);
  }
  if (record.transport === 'kernel' && monotonicUs !== undefined && sourceMonotonicUs !== undefined) {
    const lateUs = monotonicUs - sourceMonotonicUs;
    // Negative or days: the two clocks do not belong together (a suspended machine, a forged field).
    return momentOfUs(lateUs >= 0 && lateUs < 86_400e6 ? realtimeUs - lateUs : realtimeUs);
  }
  const hasOwnStamp = sourceRealtimeUs !== undefined && Math.abs(realtimeUs - sourceRealtimeUs) < 60e6;
  return momentOfUs(hasOwnStamp ? sourceRealtimeUs : realtimeUs);
}

function momentOfUs(us: number): Moment {
  return { epochMs: Math.round(us / 1_000), toleranceMs: 0 };
}

/** A field is a string, an array of bytes (not UTF-8, control characters), or an array of repeated values. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (typeof value[0] === 'number') {
    const isBytes = value.every(byte => Number.isInteger(byte) && byte >= 0 && byte <= 255);
    return isBytes ? new TextDecoder().decode(Uint8Array.from(value as number[])) : undefined;
  }
  return typeof value[0] === 'string' ? value[0] : undefined;
}

function numberOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  return Number(text);
}

function coredumpOf(fields: Record<string, unknown>): JournalRecord['coredump'] {
  const pid = numberOf(fields.COREDUMP_PID);
  if (pid === undefined) return undefined;
  const comm = textOf(fields.COREDUMP_COMM);
  const signal = numberOf(fields.COREDUMP_SIGNAL);
  return { pid, ...(comm !== undefined && { comm }), ...(signal !== undefined && { signal }) };
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

function present(record: Loose<Required<JournalRecord>> | Loose<JournalRecord>): JournalRecord {
  return Object.fromEntries(
    Object.entries(record).filter(entry => entry[1] !== undefined),
  ) as unknown as JournalRecord;
}
