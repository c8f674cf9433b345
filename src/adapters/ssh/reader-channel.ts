import { randomBytes } from 'node:crypto';
import type { Answer, Question } from '../../collectors/question.ts';
import { encodeArgument } from './argument-encoding.ts';
import type { RemoteCommand } from './connection.ts';
import type { Frame } from './reader-frames.ts';
import { FrameReader } from './reader-frames.ts';

/** The version of the protocol this side speaks; the script says its own in the greeting. */
const PROTOCOL_VERSION = 1;
/**
 * Bytes of questions under way at once. Far below a pipe's 64 KiB: the script must always be able to read
 * up to the end of the stream, because that end is what stops a hung question.
 */
const MAX_ASKED_BYTES = 16 * 1024;
const MAX_STDERR_BYTES = 500;
/** Exit code of a question that cannot be asked; the script uses it too (EX_USAGE of sysexits.h). */
const EXIT_USAGE = 64;

/** How a batch ended. All but `complete` mean that the channel is closed and useless. */
export interface BatchOutcome {
  /** Answers in the order of the questions: all of them, or those up to the one that broke the channel. */
  readonly answers: readonly Answer[];
  readonly ending: 'complete' | 'hung' | 'silent' | 'lost' | 'unusable' | 'cancelled';
  /** What is known about an ending other than `complete`. */
  readonly detail: string;
  /** Whether the script had begun to answer the first question: then it was not a stale channel. */
  readonly begun: boolean;
}

interface Batch {
  readonly questions: readonly Question[];
  readonly firstId: number;
  readonly answers: Answer[];
  readonly finish: (ending: BatchOutcome['ending'], detail: string) => void;
  begun: boolean;
  sent: number;
  askedBytes: number;
  startedAtMs: number;
  deadline: NodeJS.Timeout | undefined;
  pending: Extract<Frame, { kind: 'end' }> | undefined;
}

/** A kept channel that runs the read script and answers one batch of questions after the other. */
export class ReaderChannel {
  readonly #command: RemoteCommand;
  readonly #marker = randomBytes(16).toString('hex');
  readonly #frames: FrameReader;
  #limits = new Map<number, number>();
  #lastId = 0;
  #greeted = false;
  #open = true;
  #stderr = '';
  #batch: Batch | undefined;

  constructor(command: RemoteCommand) {
    this.#command = command;
    this.#frames = new FrameReader(this.#marker, id => this.#limits.get(id) ?? 0);
    command.io.on('data', (chunk: Buffer) => this.#receive(chunk));
    command.stderr.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < MAX_STDERR_BYTES) this.#stderr += chunk.toString('utf8', 0, MAX_STDERR_BYTES);
    });
    void command.closed.then(() => {
      this.#open = false;
      // A script that never greeted and is gone was never started: nologin, another forced command, no sh.
      if (this.#greeted) this.#batch?.finish('lost', 'The channel closed in the middle of an answer.');
      else this.#batch?.finish('unusable', this.#neverStarted());
    });
    command.io.write(`hello ${this.#marker}\n`);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Closes the channel; the script then ends everything it started on the server. */
  close(): void {
    this.#open = false;
    this.#command.close();
  }

  /** Asks in order, in one round trip. One batch at a time. `startedAtMs`: when waiting for the first began. */
  ask(
    questions: readonly Question[],
    cancel: AbortSignal,
    startedAtMs = performance.now(),
  ): Promise<BatchOutcome> {
    return new Promise(resolve => {
      const onCancel = () => batch.finish('cancelled', 'Stopped on request.');
      const batch: Batch = {
        questions,
        firstId: this.#lastId + 1,
        answers: [],
        begun: false,
        sent: 0,
        askedBytes: 0,
        startedAtMs,
        deadline: undefined,
        pending: undefined,
        finish: (ending, detail) => {
          if (this.#batch !== batch) return;
          this.#batch = undefined;
          clearTimeout(batch.deadline);
          cancel.removeEventListener('abort', onCancel);
          this.#limits.clear();
          if (ending !== 'complete') this.close();
          resolve({ answers: batch.answers, ending, detail, begun: batch.begun });
        },
      };
      this.#batch = batch;
      this.#lastId += questions.length;
      if (!this.#open) return batch.finish('lost', 'The channel was already closed.');
      if (cancel.aborted) return onCancel();
      cancel.addEventListener('abort', onCancel, { once: true });
      this.#proceed(batch);
    });
  }

  /** Sends what fits, answers here what cannot be sent, and watches over the question that is now running. */
  #proceed(batch: Batch): void {
    clearTimeout(batch.deadline);
    for (;;) {
      this.#send(batch);
      const question = batch.questions[batch.answers.length];
      if (question === undefined) {
        batch.finish('complete', '');
        return;
      }
      if (lineOf(0, question) !== undefined) break;
      batch.answers.push(unaskable(question));
    }
    const { limits } = batch.questions[batch.answers.length] as Question;
    const leftMs = Math.max(0, batch.startedAtMs + limits.timeoutMs - performance.now());
    batch.deadline = setTimeout(() => this.#expire(batch, limits.timeoutMs), leftMs);
  }

  #send(batch: Batch): void {
    let text = '';
    while (batch.sent < batch.questions.length) {
      const id = batch.firstId + batch.sent;
      const question = batch.questions[batch.sent] as Question;
      const line = lineOf(id, question) ?? '';
      if (batch.askedBytes > 0 && batch.askedBytes + line.length > MAX_ASKED_BYTES) break;
      this.#limits.set(id, question.limits.maxBytes);
      batch.askedBytes += line.length;
      batch.sent++;
      text += line;
    }
    if (text !== '') this.#command.io.write(text);
  }

  #expire(batch: Batch, timeoutMs: number): void {
    if (!this.#greeted || !batch.begun) {
      batch.finish('silent', `The server did not begin to answer within ${timeoutMs / 1000} s.`);
      return;
    }
    const verb = batch.questions[batch.answers.length]?.verb;
    const detail = `The question "${verb}" took longer than ${timeoutMs / 1000} s and was stopped.`;
    batch.answers.push({ ok: false, reason: 'timed-out', detail });
    batch.finish('hung', detail);
  }

  #receive(chunk: Buffer): void {
    for (const frame of this.#frames.push(chunk)) {
      if (frame.kind === 'hello') this.#greet(frame.version);
      else if (frame.kind === 'breach') {
        this.#batch?.finish('unusable', `What answers there is not Staunch's read script: ${frame.detail}.`);
        this.close();
      } else if (this.#batch !== undefined) this.#progress(this.#batch, frame);
    }
  }

  #greet(version: number): void {
    this.#greeted = true;
    if (version === PROTOCOL_VERSION) return;
    this.#batch?.finish(
      'unusable',
      `The read script installed on the server speaks version ${version} of the protocol, this Staunch speaks ` +
        `${PROTOCOL_VERSION}. Install the script of this version again ("staunch server add" prints it).`,
    );
    this.close();
  }

  #progress(batch: Batch, frame: Extract<Frame, { kind: 'begin' | 'end' | 'done' }>): void {
    const expected = batch.firstId + batch.answers.length;
    if (frame.id !== expected) {
      batch.finish('unusable', `The read script answered question ${frame.id} instead of ${expected}.`);
    } else if (frame.kind === 'begin') {
      batch.begun = true;
    } else if (frame.kind === 'end') {
      batch.pending = frame;
    } else if (batch.pending !== undefined) {
      const { bytes, exitCode, cut } = batch.pending;
      const question = batch.questions[batch.answers.length] as Question;
      const nowMs = performance.now();
      // A tool that hides its SIGPIPE is told by the length: an answer of exactly the limit counts as cut.
      const full = cut || bytes.length >= question.limits.maxBytes;
      batch.answers.push({
        ok: true,
        bytes,
        exitCode,
        complaint: frame.complaint,
        ...(full ? { cutAtBytes: bytes.length } : {}),
        tookMs: nowMs - batch.startedAtMs,
      });
      batch.pending = undefined;
      batch.askedBytes -= (lineOf(frame.id, question) ?? '').length;
      batch.startedAtMs = nowMs;
      this.#proceed(batch);
    }
  }

  #neverStarted(): string {
    const said = this.#stderr.trim();
    return (
      'The login works, but the read script did not start' +
      (said === '' ? '. ' : `; the server said: ${said.slice(0, MAX_STDERR_BYTES)}. `) +
      "Check the account's login shell (nologin?) and a command= in its authorized_keys."
    );
  }
}

/** A question as its line; undefined when it cannot be asked at all. */
function lineOf(id: number, question: Question): string | undefined {
  const words = question.args.map(encodeArgument);
  if (words.includes(undefined)) return undefined;
  const line = `${[id, question.limits.maxBytes, question.verb, ...words].join(' ')}\n`;
  return line.length > MAX_ASKED_BYTES ? undefined : line;
}

function unaskable(question: Question): Answer {
  return {
    ok: true,
    bytes: new Uint8Array(),
    exitCode: EXIT_USAGE,
    complaint: `staunch: "${question.verb}" was not asked: an argument holds a line break or a NUL, or is too long`,
    tookMs: 0,
  };
}
