import type { GunicornEvent } from './signal.ts';
import { signalNumber } from './signal-names.ts';

/** A message of Gunicorn understood. `aboutWriter`: its subject is the process that wrote it. */
export interface GunicornSaying extends Pick<GunicornEvent, 'event' | 'pid' | 'signal' | 'code' | 'detail'> {
  readonly aboutWriter?: boolean;
}

interface Phrase {
  readonly text: string;
  /** Words that also occur in ordinary sentences count only at the start of the message. */
  readonly onlyAtStart?: boolean;
  readonly read: (rest: string) => GunicornSaying | undefined;
}

const DETAIL_LENGTH = 400;
const LOGGER_PREFIX_LENGTH = 400;
/** Gunicorn's SIGABRT handler in a traceback: the worker was aborted by its own time-out. */
export const ABORT_FRAME = ', in handle_abort';

const writers = (event: GunicornEvent['event']) => (): GunicornSaying => ({ event, aboutWriter: true });
const spoken =
  (event: GunicornEvent['event']) =>
  (rest: string): GunicornSaying => ({
    event,
    aboutWriter: true,
    detail: word(rest),
  });
const masters =
  (event: GunicornEvent['event']) =>
  (rest: string): GunicornSaying => ({ event, detail: word(rest) });
const workers =
  (event: GunicornEvent['event'], closing: string) =>
  (rest: string): GunicornSaying | undefined => {
    const pid = /^(\d{1,10})/.exec(rest)?.[1];
    return pid === undefined || !rest.startsWith(closing, pid.length)
      ? undefined
      : { event, pid: Number(pid) };
  };

/**
 * Messages of gunicorn 19.9 to 26.1 (arbiter.py, workers/*.py, app/base.py) and uvicorn's worker. Order
 * matters where one phrase contains another.
 */
const PHRASES: readonly Phrase[] = [
  { text: 'Booting worker with pid: ', read: workers('worker-booting', '') },
  { text: 'WORKER TIMEOUT (pid:', read: workers('worker-timeout', ')') },
  { text: 'Worker exiting (pid: ', read: workers('worker-exiting', ')') },
  { text: 'Worker with pid ', read: terminated },
  { text: 'Worker (pid:', read: sentOrExited },
  { text: 'Worker graceful timeout (pid:', read: workers('graceful-timeout', ')') },
  { text: 'Autorestarting worker after current request', read: writers('worker-recycling') },
  { text: 'Maximum request limit of ', read: limitExceeded },
  { text: 'Starting gunicorn ', read: spoken('master-starting') },
  { text: 'Listening at: ', read: listening },
  { text: 'Using worker: ', read: masters('worker-class') },
  { text: 'Handling signal: ', read: masters('signal-handled') },
  { text: 'Hang up: ', onlyAtStart: true, read: masters('hang-up') },
  { text: 'Shutting down: ', onlyAtStart: true, read: masters('master-stopping') },
  { text: 'Reason: ', onlyAtStart: true, read: masters('stop-reason') },
  { text: '<HaltServer ', read: halted },
  { text: 'Parent changed, shutting down: ', read: spoken('parent-changed') },
  { text: 'Exception in worker process', read: writers('worker-boot-error') },
  { text: 'Error handling request', read: spoken('request-error') },
  { text: ABORT_FRAME, read: writers('aborted-by-timeout') },
  { text: 'SystemExit: 1', onlyAtStart: true, read: exitedByAbort },
  { text: 'Unhandled exception in main loop', read: masters('main-loop-error') },
  { text: 'Connection in use: ', read: masters('bind-failed') },
  { text: "Can't connect to ", onlyAtStart: true, read: masters('bind-failed') },
  { text: 'Failed to read config file: ', read: masters('config-error') },
  { text: 'Invalid value for ', read: masters('config-error') },
  { text: 'error: unrecognized arguments: ', read: masters('config-error') },
  { text: "Error: can't chdir to ", read: masters('config-error') },
];

/** Cheap test before the phrases: none of them lacks all of these. */
const HINT =
  /orker|TIMEOUT|gunicorn |Listening|Handling|Hang up|Shutting|Reason|Halt|Parent|handl|Exit|main loop|onnect|onfig|Invalid|error|chdir|Maximum/;

/**
 * Understands the message that begins at `start`. After Gunicorn's own prefix it begins right there. A logger
 * of the app's own may put anything before it, but no quote: access-log lines hold what clients sent.
 */
export function gunicornSaying(text: string, start: number): GunicornSaying | undefined {
  if (!HINT.test(text)) return undefined;
  for (const phrase of PHRASES) {
    const at = text.startsWith(phrase.text, start) ? start : start > 0 ? -1 : placeOf(phrase, text);
    if (at === -1) continue;
    const saying = phrase.read(text.slice(at + phrase.text.length));
    if (saying !== undefined) return saying;
  }
  return undefined;
}

function placeOf(phrase: Phrase, text: string): number {
  if (phrase.onlyAtStart === true) return -1;
  const at = text.indexOf(phrase.text);
  if (at === -1 || at > LOGGER_PREFIX_LENGTH) return -1;
  // A traceback names its file in quotes: `  File "…/base.py", line 204, in handle_abort`.
  return phrase.text === ABORT_FRAME ? at : text.slice(0, at).includes('"') ? -1 : at;
}

/** 20.1.0: `24174 was terminated due to signal 9`. */
function terminated(rest: string): GunicornSaying | undefined {
  const match = /^(\d{1,10}) was terminated due to signal (\d{1,3})/.exec(rest);
  return match === null
    ? undefined
    : { event: 'worker-signalled', pid: Number(match[1]), signal: Number(match[2]) };
}

/**
 * From 21.0: `6779) was sent SIGKILL! Perhaps out of memory?`, `562) exited with code 3`. Until 23.0 the name
 * was looked up by the raw wait status: with a core dump it reads `was sent code 139!`.
 */
function sentOrExited(rest: string): GunicornSaying | undefined {
  const sent = /^(\d{1,10})\) was sent (?:(SIG[A-Z0-9+]{1,12})|code (\d{1,5}))!/.exec(rest);
  if (sent !== null) {
    const signal = sent[2] === undefined ? Number(sent[3]) & 0x7f : signalNumber(sent[2]);
    return {
      event: 'worker-signalled',
      pid: Number(sent[1]),
      ...(signal !== undefined && { signal }),
      detail: sent[2] ?? `code ${sent[3]}`,
    };
  }
  const left = /^(\d{1,10})\) exited with code (-?\d{1,5})/.exec(rest);
  return left === null
    ? undefined
    : { event: 'worker-exit-code', pid: Number(left[1]), code: Number(left[2]) };
}

/** `unix:/run/app.sock (2710)`: address and the master's pid. */
function listening(rest: string): GunicornSaying {
  const open = rest.lastIndexOf(' (');
  const pid = open === -1 ? undefined : /^ \((\d{1,10})\)/.exec(rest.slice(open))?.[1];
  return pid === undefined
    ? { event: 'listening', detail: word(rest) }
    : { event: 'listening', pid: Number(pid), detail: word(rest.slice(0, open)) };
}

/** uvicorn's worker: `1000 exceeded. Terminating process.` */
function limitExceeded(rest: string): GunicornSaying | undefined {
  const limit = /^(\d{1,12}) exceeded/.exec(rest)?.[1];
  return limit === undefined ? undefined : { event: 'worker-recycling', aboutWriter: true, detail: limit };
}

/** `'Worker failed to boot.' 3>`: printed when the master ends in a traceback. */
function halted(rest: string): GunicornSaying | undefined {
  const match = /^'([^']{0,200})' (\d{1,3})>/.exec(rest);
  return match === null ? undefined : { event: 'stop-reason', code: Number(match[2]), detail: match[1]! };
}

function exitedByAbort(rest: string): GunicornSaying | undefined {
  return rest.trim() === '' ? { event: 'aborted-by-timeout', aboutWriter: true } : undefined;
}

/** The event's own word: the rest of its first line. */
function word(rest: string): string {
  const end = rest.indexOf('\n');
  return rest.slice(0, end === -1 ? DETAIL_LENGTH : Math.min(end, DETAIL_LENGTH)).trim();
}
