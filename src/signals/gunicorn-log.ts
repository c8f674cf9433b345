import { ABORT_FRAME, type GunicornSaying, gunicornSaying } from './gunicorn-sayings.ts';
import { isoMoment, type ReadContext } from './moments.ts';
import type { GunicornEvent, Moment, SourceLine } from './signal.ts';

/** `[2026-11-22 10:13:30 +0000] [22490] [WARNING] MESSAGE` (19.x to 26.x). Source: gunicorn glogging.py. */
const PREFIX = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: [+-]\d{4})?)\] \[(\d{1,10})\] \[([A-Z]{3,10})\] /;
/** Before 19 the stamp stood without brackets and without a zone. */
const OLD_PREFIX = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d{3})?) \[(\d{1,10})\] \[([A-Z]{3,10})\] /;
/** The syslog form has the process only. */
const PID_PREFIX = /^\[(\d{1,10})\] (?:\[([A-Z]{3,10})\] )?/;

/** Gunicorn's own prefix of a line, as far as it has one, and where the message begins. */
export interface GunicornPrefix {
  readonly stamp?: string;
  readonly writerPid?: number;
  readonly start: number;
}

/** Reads the prefix; loggers of the app's own making have another one, then `start` is 0. */
export function gunicornPrefix(text: string): GunicornPrefix {
  const full = text.charCodeAt(0) === 91 ? PREFIX.exec(text) : OLD_PREFIX.exec(text);
  if (full !== null) return { stamp: full[1]!, writerPid: Number(full[2]), start: full[0].length };
  const bare = PID_PREFIX.exec(text);
  return bare === null ? { start: 0 } : { writerPid: Number(bare[1]), start: bare[0].length };
}

/**
 * What Gunicorn says in a line of its error log or of the unit's journal: none or one event. The time is the
 * caller's (the journal's stamp is finer than the printed one); `fallback.pid` is who wrote the line
 * according to the journal, for lines whose prefix does not say it.
 */
export function readGunicornMessage(
  message: string,
  fallback: { readonly at: Moment; readonly pid?: number },
  line: SourceLine,
): readonly GunicornEvent[] {
  const text = message.charCodeAt(0) === 123 ? messageInJson(message) : message;
  const prefix = gunicornPrefix(text);
  const saying = gunicornSaying(text, prefix.start);
  if (saying === undefined) return [];
  // Both the bracket and the subject's pid are of Gunicorn's own pid namespace; the journal's is the host's.
  const writerPid = prefix.writerPid ?? fallback.pid;
  const events = [gunicornEvent(saying, writerPid, fallback.at, line)];
  // Some loggers send a message and its traceback as one text.
  if (saying.event === 'request-error' && text.includes(ABORT_FRAME)) {
    events.push(
      gunicornEvent({ event: 'aborted-by-timeout', aboutWriter: true }, writerPid, fallback.at, line),
    );
  }
  return events;
}

function gunicornEvent(
  saying: GunicornSaying,
  writerPid: number | undefined,
  at: Moment,
  line: SourceLine,
): GunicornEvent {
  const pid = saying.aboutWriter === true ? writerPid : saying.pid;
  return {
    kind: 'gunicorn',
    at,
    line,
    event: saying.event,
    ...(writerPid !== undefined && { writerPid }),
    ...(pid !== undefined && { pid }),
    ...(saying.signal !== undefined && { signal: saying.signal }),
    ...(saying.code !== undefined && { code: saying.code }),
    ...(saying.detail !== undefined && saying.detail !== '' && { detail: saying.detail }),
  };
}

/** The message of a JSON logger's line, under the names that such loggers use; `''` if there is none. */
function messageInJson(text: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return '';
  }
  if (typeof document !== 'object' || document === null) return '';
  const fields = document as Record<string, unknown>;
  for (const name of ['message', 'msg', 'event', 'text']) {
    const value = fields[name];
    if (typeof value === 'string') return value;
  }
  return '';
}

/**
 * One line of a Gunicorn error log in a file. The printed zone counts, where there is none the host's. Lines
 * without a stamp (tracebacks) are undefined.
 */
export function readGunicornLogLine(text: string, context: ReadContext): GunicornEvent | undefined {
  const { stamp } = gunicornPrefix(text);
  const at = stamp === undefined ? undefined : isoMoment(stamp, 0, context.clock);
  if (at === undefined) return undefined;
  return readGunicornMessage(text, { at }, { server: context.server, source: 'unit-journal', text, at })[0];
}
