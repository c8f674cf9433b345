import { Worker } from 'node:worker_threads';
import type {
  Investigated,
  InvestigationRequest,
  Investigator,
  ProgressListener,
} from '../workflows/investigator-port.ts';
import type { Planned } from '../workflows/planned-change.ts';
import type { PlanningRequest } from '../workflows/planning-port.ts';
import type { Log } from '../workflows/ports.ts';
import type { FromWorker, InvestigatorWorkerData, ToWorker } from './investigator-messages.ts';

export interface InvestigatorThreadOptions {
  /** The worker's entry file. */
  readonly entry: URL;
  readonly workerData: InvestigatorWorkerData;
  readonly log: Log;
  /** A worker that needs more is ended, with its investigations, instead of the whole process. */
  readonly memoryLimitMb?: number;
  /** How long after a cancel an investigation may still take before the worker is taken for hung. */
  readonly cancelGraceMs?: number;
}

interface Pending {
  readonly progress: ProgressListener;
  readonly end: (message: FromWorker) => void;
  /** The worker is gone. */
  readonly crash: () => void;
}

interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
  /** What ended the worker. */
  reason?: unknown;
}

const MEMORY_LIMIT_MB = 2_048;
const CANCEL_GRACE_MS = 10_000;
const CLOSE_WAIT_MS = 3_000;

/**
 * Investigates in one long-lived worker thread: SSH, parsing, reasoning and drawing never hold up an
 * acknowledgement. A worker that dies ends its investigations with words, and the next one gets a new worker.
 */
export class InvestigatorThread implements Investigator {
  readonly #options: InvestigatorThreadOptions;
  #running: Running | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: InvestigatorThreadOptions) {
    this.#options = options;
  }

  /** Starts the worker before it is needed: loading its modules takes as long as a small diagnosis. */
  warmUp(): void {
    this.#running ??= this.#start();
  }

  investigate(
    request: InvestigationRequest,
    progress: ProgressListener,
    cancel: AbortSignal,
  ): Promise<Investigated> {
    const { service } = request;
    if (this.#closed || cancel.aborted)
      return Promise.resolve({
        ok: false,
        problem: `The diagnosis of ${service} was not begun because Staunch is stopping. Ask again in a minute.`,
      });
    const begin = (id: number): ToWorker => ({ kind: 'investigate', id, request });
    return this.#ask(service, begin, cancel, (resolve, reason) => ({
      progress,
      end: message => message.kind === 'ended' && resolve(message.result),
      crash: () => resolve({ ok: false, problem: crashWords(service, reason()) }),
    }));
  }

  /** Reads the servers and plans a change; it changes nothing. */
  plan(request: PlanningRequest, cancel: AbortSignal): Promise<Planned> {
    const { service } = request;
    if (this.#closed || cancel.aborted)
      return Promise.resolve({
        kind: 'problem',
        problem: `The change of ${service} was not planned because Staunch is stopping. Ask again in a minute.`,
      });
    const begin = (id: number): ToWorker => ({ kind: 'plan', id, request });
    return this.#ask(service, begin, cancel, (resolve, reason) => ({
      progress: () => undefined,
      end: message => message.kind === 'planned' && resolve(message.result),
      crash: () => resolve({ kind: 'problem', problem: crashWords(service, reason()) }),
    }));
  }

  #ask<T>(
    service: string,
    begin: (id: number) => ToWorker,
    cancel: AbortSignal,
    waiting: (
      resolve: (result: T) => void,
      reason: () => unknown,
    ) => Pick<Pending, 'progress' | 'end' | 'crash'>,
  ): Promise<T> {
    this.#running ??= this.#start();
    const running = this.#running;
    const { worker, pending } = running;
    const id = ++this.#lastId;
    return new Promise(resolve => {
      let hung: NodeJS.Timeout | undefined;
      const stop = () => {
        send(worker, { kind: 'cancel', id });
        hung = setTimeout(() => {
          this.#options.log.error({ service }, 'The investigator does not end a diagnosis and is replaced');
          if (this.#running === running) this.#running = undefined;
          void worker.terminate();
        }, this.#options.cancelGraceMs ?? CANCEL_GRACE_MS);
      };
      const over = (result: T) => {
        pending.delete(id);
        clearTimeout(hung);
        cancel.removeEventListener('abort', stop);
        resolve(result);
      };
      pending.set(
        id,
        waiting(over, () => running.reason),
      );
      cancel.addEventListener('abort', stop, { once: true });
      send(worker, begin(id));
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

  #start(): Running {
    const { entry, workerData, log, memoryLimitMb } = this.#options;
    const worker = new Worker(entry, {
      workerData,
      name: 'investigator',
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb ?? MEMORY_LIMIT_MB },
    });
    const running: Running = { worker, pending: new Map() };
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') running.pending.get(message.id)?.progress(message.progress);
      else if (message.kind !== 'log') running.pending.get(message.id)?.end(message);
      else log[message.level](message.fields, message.text);
    });
    worker.on('error', error => {
      running.reason = error;
    });
    worker.on('exit', code => {
      if (this.#running === running) this.#running = undefined;
      if (this.#closed && running.pending.size === 0) return;
      const { reason, pending } = running;
      log.error({ err: reason, code, cutOff: pending.size }, 'The investigator ended unexpectedly');
      for (const { crash } of [...pending.values()]) crash();
    });
    return running;
  }
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

function crashWords(service: string, reason: unknown): string {
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return `The diagnosis of ${service} was cut off: Staunch ran out of memory over the logs it read. Ask again with a shorter window, such as "since 15m".`;
  return `The diagnosis of ${service} was cut off: the part of Staunch that reads servers ended unexpectedly${code === undefined ? '' : ` (${code})`}; the details are in its log. It starts anew by itself: ask again, with a shorter window if it happens twice.`;
}
