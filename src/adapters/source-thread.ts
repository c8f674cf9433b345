import { Worker } from 'node:worker_threads';
import type { Answer, Question } from '../collectors/question.ts';
import type { Server } from '../inventory/registry.ts';
import type { Log, Source } from '../workflows/ports.ts';
import type { SourceChoice } from './investigator-messages.ts';
import type { FromReader, ToReader } from './source-messages.ts';

export interface SourceThreadOptions {
  /** The worker's entry file. */
  readonly entry: URL;
  readonly source: SourceChoice;
  readonly log: Log;
  /** How long after a cancel an answer may still take before the worker is taken for hung. */
  readonly cancelGraceMs?: number;
}

interface Pending {
  readonly server: string;
  readonly count: number;
  readonly end: (answers: readonly Answer[]) => void;
}

interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** A sample is a few kilobytes, also of a thousand servers at once. */
const MEMORY_LIMIT_MB = 512;
/** Answers are short-lived: a larger nursery would only be filled with them before it is cleared. */
const YOUNG_MB = 12;
const CANCEL_GRACE_MS = 5_000;
const CLOSE_WAIT_MS = 3_000;

/**
 * Reads servers in a thread of its own, with connections of its own: what is asked of a thousand servers each minute
 * holds up neither an acknowledgement nor a person's diagnosis. A thread that dies or hangs answers nothing, and the
 * next question gets a new one.
 */
export class SourceThread implements Source {
  readonly #options: SourceThreadOptions;
  #running: Running | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: SourceThreadOptions) {
    this.#options = options;
  }

  ask(server: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]> {
    if (this.#closed || cancel.aborted) return Promise.resolve(notAsked(server.id, questions.length));
    this.#running ??= this.#start();
    const running = this.#running;
    const id = ++this.#lastId;
    return new Promise(resolve => {
      let hung: NodeJS.Timeout | undefined;
      const stop = () => {
        send(running.worker, { kind: 'cancel', id });
        hung = setTimeout(
          () => this.#replace(running, server.id),
          this.#options.cancelGraceMs ?? CANCEL_GRACE_MS,
        );
      };
      running.pending.set(id, {
        server: server.id,
        count: questions.length,
        end: answers => {
          running.pending.delete(id);
          clearTimeout(hung);
          cancel.removeEventListener('abort', stop);
          resolve(answers);
        },
      });
      cancel.addEventListener('abort', stop, { once: true });
      send(running.worker, { kind: 'ask', id, server, questions });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#running?.worker;
    if (!worker) return;
    const exited = new Promise<void>(resolve => worker.once('exit', () => resolve()));
    send(worker, { kind: 'close' });
    const late = setTimeout(() => void worker.terminate(), CLOSE_WAIT_MS);
    await exited;
    clearTimeout(late);
  }

  #replace(running: Running, server: string): void {
    this.#options.log.error({ server }, 'The thread of the watch does not end a question and is replaced');
    if (this.#running === running) this.#running = undefined;
    void running.worker.terminate();
  }

  #start(): Running {
    const { entry, source, log } = this.#options;
    const worker = new Worker(entry, {
      workerData: source,
      name: 'watch reader',
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const running: Running = { worker, pending: new Map() };
    let reason: unknown;
    worker.on('message', ({ id, answers }: FromReader) => running.pending.get(id)?.end(answers));
    worker.on('error', error => {
      reason = error;
    });
    worker.on('exit', code => {
      if (this.#running === running) this.#running = undefined;
      const cutOff = [...running.pending.values()];
      if (!this.#closed)
        log.error({ err: reason, code, cutOff: cutOff.length }, 'The thread of the watch ended unexpectedly');
      for (const { server, count, end } of cutOff) end(notAsked(server, count));
    });
    return running;
  }
}

function send(worker: Worker, message: ToReader): void {
  worker.postMessage(message);
}

function notAsked(server: string, count: number): readonly Answer[] {
  return Array.from({ length: count }, () => ({
    ok: false,
    reason: 'cancelled',
    detail: `${server} was not asked to the end: the part of Staunch that reads servers for the watch ended. It begins anew by itself.`,
  }));
}
