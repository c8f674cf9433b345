import type { Connection, RemoteCommand } from './connection.ts';

/** Under a forced command sshd ignores it and runs the same. */
export const HELPER_COMMAND = '/usr/bin/sudo -n /usr/libexec/staunch-helper';
/** The longest answer: three files of 64 KiB as base64, and a process table. */
const MAX_ANSWER_BYTES = 4 << 20;
const MAX_COMPLAINT_BYTES = 8192;

/** What came of one request. Only an `ended` with code 0 is an answer; all else may have been cut. */
export type CallOutcome =
  | { readonly how: 'ended'; readonly code: number; readonly out: string; readonly complaint: string }
  /** The helper was not started: nothing was sent to it. */
  | { readonly how: 'not-started'; readonly detail: string }
  /** The connection, the deadline or the size ended it after the request was on its way. */
  | { readonly how: 'cut'; readonly detail: string };

/** Sends one request to the helper and waits for its end; `stop` is the deadline. Never throws. */
export async function callHelper(
  connection: Connection,
  request: string,
  stop: AbortSignal,
): Promise<CallOutcome> {
  const command = await connection.start(HELPER_COMMAND, stop);
  if ('ok' in command) return { how: 'not-started', detail: command.detail };
  const out = collect(command.io, MAX_ANSWER_BYTES, command);
  const complaint = collect(command.stderr, MAX_COMPLAINT_BYTES);
  const end = () => command.close();
  stop.addEventListener('abort', end, { once: true });
  // From here on the helper may have the whole request, whatever becomes of the connection.
  command.io.end(request);
  // The library does not always close a channel of a connection that is gone.
  await Promise.race([command.closed, connection.closed, aborted(stop)]);
  stop.removeEventListener('abort', end);
  const code = command.exitCode();
  if (stop.aborted) return { how: 'cut', detail: 'the time for it was over' };
  if (out.tooMuch()) return { how: 'cut', detail: `the answer was longer than ${MAX_ANSWER_BYTES} bytes` };
  if (code === undefined) {
    const why = connection.lastError();
    return {
      how: 'cut',
      detail: `the connection broke before its end${why === undefined ? '' : ` (${why})`}`,
    };
  }
  return { how: 'ended', code, out: out.text(), complaint: complaint.text() };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Gathers at most so many bytes; with `ends` a stream that gives more ends the command. */
function collect(stream: NodeJS.ReadableStream, most: number, ends?: RemoteCommand) {
  const pieces: Buffer[] = [];
  let size = 0;
  let tooMuch = false;
  stream.on('data', (piece: Buffer) => {
    if (size + piece.length > most) {
      tooMuch = true;
      ends?.close();
      return;
    }
    size += piece.length;
    pieces.push(piece);
  });
  return { tooMuch: () => tooMuch, text: () => Buffer.concat(pieces).toString('utf8') };
}
