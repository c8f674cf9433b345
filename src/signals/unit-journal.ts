import { readGunicornMessage } from './gunicorn-log.ts';
import { Tracebacks } from './gunicorn-traceback.ts';
import { type JournalRecord, recordMoment } from './journal-record.ts';
import { readCoredump } from './kernel-log.ts';
import type { ReadContext } from './moments.ts';
import { readNginxErrorLine } from './nginx-error-log.ts';
import { type CausePattern, patternReader } from './pattern-hits.ts';
import type { LogLoss, Moment, NginxEvent, Signal, SourceLine } from './signal.ts';
import { readUnitEvent } from './unit-events.ts';
import { readUserspaceOomMessage } from './userspace-oom.ts';

/** Reads a unit's journal record by record. Signals come out in order, save for those held back for a detail. */
export interface UnitJournalReader {
  /** Signals that this record completes. */
  read(record: JournalRecord): readonly Signal[];
  /** What was still waiting for the end of a traceback. */
  finish(): readonly Signal[];
}

const MISSED_ID = 'e9bf28e6e834481bb6f48f548ad13606';
const SUPPRESSED = /^Suppressed (\d{1,12}) messages from (?:\S{0,4096}\/)?(\S{1,256})/;
const MISSED = /^Missed (\d{1,12}) kernel messages/;
/**
 * A reader for the journal of `unit`. Other units' lines are left to their own readers; what PID 1, the OOM
 * killers, systemd-coredump and journald say is read for every unit (a dependency that died tells as much).
 */
export function createUnitJournalReader(
  context: ReadContext,
  unit: string,
  patterns: readonly CausePattern[] = [],
): UnitJournalReader {
  const tracebacks = new Tracebacks();
  const identifiers = new Set<string>();
  const listener = patternReader(patterns, 'unit-journal', context.clock);

  const readKnown = (record: JournalRecord, at: Moment, line: SourceLine): readonly Signal[] => {
    const told =
      readUnitEvent(record, at, line, unit) ??
      readUserspaceOomMessage(record.identifier, record.message, at, line) ??
      readCoredump(record, at, line) ??
      readLoss(record, at, line);
    if (told !== undefined) return [told];
    if (record.identifier === 'nginx') return readNginx(record.message, context, at, line);
    if (!isOfUnit(record, unit, identifiers)) return [];
    const { pid } = record;
    const events = readGunicornMessage(record.message, pid === undefined ? { at } : { at, pid }, line);
    return tracebacks.take(pid ?? -1, record.message, events);
  };

  return {
    read(record) {
      const at = recordMoment(record);
      if (at === undefined) return [];
      const line: SourceLine = { server: context.server, source: 'unit-journal', text: record.message, at };
      const known = readKnown(record, at, line);
      if (listener === undefined || !(record.aboutUnit === unit || isOfUnit(record, unit, identifiers)))
        return known;
      return [...known, ...listener.hitsOf(record.message, line, at)];
    },
    finish: () => tracebacks.finish(),
  };
}

/** A dying process's last lines can arrive without `_SYSTEMD_UNIT`: then the name it logged under counts. */
function isOfUnit(record: JournalRecord, unit: string, identifiers: Set<string>): boolean {
  if (record.pid === 1 || record.identifier === 'kernel' || record.transport === 'kernel') return false;
  if (record.unit === unit) {
    if (record.identifier !== undefined && identifiers.size < 64) identifiers.add(record.identifier);
    return true;
  }
  if (record.unit !== undefined) return false;
  // Text forms have no unit at all: the caller asked the journal for this unit.
  return record.realtimeUs === undefined || identifiers.has(record.identifier ?? '');
}

function readLoss(record: JournalRecord, at: Moment, line: SourceLine): LogLoss | undefined {
  if (record.identifier !== 'systemd-journald') return undefined;
  const suppressed = SUPPRESSED.exec(record.message);
  if (suppressed !== null) {
    return { kind: 'log-loss', at, line, unit: suppressed[2]!, count: Number(suppressed[1]) };
  }
  const missed = MISSED.exec(record.message);
  if (missed !== null) return { kind: 'log-loss', at, line, count: Number(missed[1]) };
  return record.messageId === MISSED_ID ? { kind: 'log-loss', at, line } : undefined;
}

/** NGINX in the journal: a whole error line by syslog, or `nginx: [emerg] …` from a start that failed. */
function readNginx(message: string, context: ReadContext, at: Moment, line: SourceLine): readonly Signal[] {
  if (message.startsWith('nginx: [emerg] ')) {
    const refused: NginxEvent = { kind: 'nginx-event', at, line, event: 'config-refused' };
    return [refused];
  }
  const told = readNginxErrorLine(message, context, line);
  return told === undefined ? [] : [told];
}
