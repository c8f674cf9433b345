import { gunicornPrefix } from './gunicorn-log.ts';
import { ABORT_FRAME } from './gunicorn-sayings.ts';
import type { GunicornEvent } from './signal.ts';

/** The last line of a Python traceback: `ImportError: lab: broken deploy`. */
const EXCEPTION = /^(?:[A-Za-z_]\w{0,99}\.){0,8}[A-Z]\w{0,99}(?:: |$)/;
const EXCEPTION_LENGTH = 400;
const TRACEBACK_LINES = 300;
/** Tracebacks that are followed at the same time; an app has as many as it has workers. */
const OPEN_TRACEBACKS = 1_000;

interface Traceback {
  /** `worker-boot-error` is held back until the exception that explains it is known. */
  readonly held: GunicornEvent | undefined;
  exception?: string;
  lines: number;
  afterFrame: boolean;
  abortTold: boolean;
}

/**
 * Follows the tracebacks that workers write line by line between Gunicorn's own lines: gives a boot error its
 * exception, and an abort by time-out one event instead of one for each telling line.
 */
export class Tracebacks {
  readonly #open = new Map<number, Traceback>();

  /** `events` are those of the line itself; the answer is what is known for certain after it. */
  take(writerPid: number, message: string, events: readonly GunicornEvent[]): readonly GunicornEvent[] {
    const open = this.#open.get(writerPid);
    if (open !== undefined && open.lines < TRACEBACK_LINES && gunicornPrefix(message).start === 0) {
      return follow(open, message, events);
    }
    const done = this.#close(writerPid);
    const held = events.find(event => event.event === 'worker-boot-error');
    const begins = held !== undefined || events.some(event => event.event === 'request-error');
    if ((begins || message.startsWith('Traceback (')) && this.#open.size < OPEN_TRACEBACKS) {
      const abortTold = events.some(event => event.event === 'aborted-by-timeout');
      this.#open.set(writerPid, { held, lines: 0, afterFrame: false, abortTold });
      return [...done, ...events.filter(event => event !== held)];
    }
    return [...done, ...events];
  }

  /** The events that are still held back. */
  finish(): readonly GunicornEvent[] {
    return [...this.#open.keys()].flatMap(pid => this.#close(pid));
  }

  #close(writerPid: number): readonly GunicornEvent[] {
    const open = this.#open.get(writerPid);
    if (open === undefined) return [];
    this.#open.delete(writerPid);
    if (open.held === undefined) return [];
    return [open.exception === undefined ? open.held : { ...open.held, detail: open.exception }];
  }
}

function follow(
  open: Traceback,
  message: string,
  events: readonly GunicornEvent[],
): readonly GunicornEvent[] {
  open.lines++;
  const isFrame = message.startsWith(' ');
  // Only the line right below the frames is the exception; an app's own output may look like one.
  if (open.afterFrame && !isFrame && EXCEPTION.test(message))
    open.exception = message.slice(0, EXCEPTION_LENGTH);
  open.afterFrame = isFrame;
  return events.filter(event => {
    if (event.event !== 'aborted-by-timeout') return true;
    // A `SystemExit: 1` below a whole traceback without the handler's frame is the app's own sys.exit.
    if (open.abortTold || !message.includes(ABORT_FRAME)) return false;
    open.abortTold = true;
    return true;
  });
}
