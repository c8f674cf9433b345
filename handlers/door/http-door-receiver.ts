import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { type App, type Receiver, ReceiverMultipleAckError } from '@slack/bolt';
import type { Clock, Log, Timer } from '../../src/workflows/ports.ts';
import type { Inbox } from '../../src/workflows/state-ports.ts';
import type { DoorAnswer, DoorData, FromDoor, SignedRequest, ToDoor } from './http-door-messages.ts';

export interface HttpDoorOptions extends DoorData {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

const REOPEN_AFTER_MS = 1_000;
/** Somebody may hold a connection open and say nothing. */
const CLOSE_WAIT_MS = 3_000;

/**
 * Slack's requests over HTTP. The door, a thread of its own, checks that they are signed and of now, and
 * acknowledges what needs no other answer at once, however busy this thread is. Here each signed request is
 * taken once: Slack signs a retry anew, so that only a copy made by somebody else carries a signature twice.
 * (A copy of a command is answered like the command; it has no effect.)
 */
export class HttpDoorReceiver implements Receiver {
  readonly #options: HttpDoorOptions;
  /** Until a listener has taken over: then it is known to be under way. */
  readonly #handingOver = new Set<Promise<void>>();
  #app: App | undefined;
  #worker: Worker | undefined;
  #stopping = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Rejects with the code of the system where it cannot listen. */
  start(): Promise<void> {
    const { log, address, path, signingSecret } = this.#options;
    const workerData: DoorData = { address, path, signingSecret };
    const worker = new Worker(new URL('./http-door-worker.ts', import.meta.url), {
      name: 'door',
      workerData,
    });
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.on('message', (message: FromDoor) => {
      if (message.kind === 'request') this.#handOver(message, worker);
      else if (message.kind === 'refused') this.#refused(message.reason);
      else if (message.kind === 'trouble')
        log.error({ reason: message.reason }, 'a connection from Slack could not be taken');
      else if (message.kind === 'open') resolve();
      else if (message.kind === 'unopened')
        reject(Object.assign(new Error(message.message), { code: message.code }));
    });
    let cause: unknown;
    worker.on('error', error => {
      cause = error;
    });
    worker.once('exit', code => {
      reject(cause ?? new Error(`the door ended with ${code}`));
      if (this.#worker === worker) this.#worker = undefined;
    });
    // Only a door that was open is opened again.
    void promise.then(
      () => worker.once('exit', () => this.#reopen(cause)),
      () => undefined,
    );
    return promise;
  }

  /** Resolves when nothing comes in any more and all that came in is in the hands of its listener. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const worker = this.#worker;
    if (worker) {
      const exited = new Promise<void>(resolve => worker.once('exit', () => resolve()));
      worker.postMessage({ kind: 'close' } satisfies ToDoor);
      const takeBack = this.#options.timer.after(CLOSE_WAIT_MS, () => void worker.terminate());
      await exited;
      takeBack();
    }
    await Promise.allSettled(this.#handingOver);
  }

  #reopen(cause: unknown): void {
    if (this.#stopping) return;
    const { log, timer } = this.#options;
    log.error(
      { err: cause },
      'the thread that takes requests from Slack ended unexpectedly and is started again',
    );
    timer.after(REOPEN_AFTER_MS, () => {
      if (!this.#stopping) void this.start().catch(error => this.#reopen(error));
    });
  }

  #refused(reason: string): void {
    this.#options.log.warn({ reason }, 'refused a request that claims to come from Slack');
  }

  #handOver(request: SignedRequest, worker: Worker): void {
    const answer = (status: number, body?: DoorAnswer['body']) => {
      if (request.acknowledged) return;
      const { id } = request;
      worker.postMessage({ kind: 'answer', id, status, ...(body && { body }) } satisfies ToDoor);
    };
    const taken = this.#take(request, answer).catch(error => {
      this.#options.log.error({ error: String(error) }, 'a request could not be handled');
      answer(500);
    });
    this.#handingOver.add(taken);
    void taken.finally(() => this.#handingOver.delete(taken));
  }

  /** Resolves as soon as a listener has acknowledged; what it goes on to do is its own. */
  async #take(
    { body, signature, retryNum, retryReason, acknowledged }: SignedRequest,
    answer: (status: number, body?: DoorAnswer['body']) => void,
  ): Promise<void> {
    const { inbox, clock } = this.#options;
    const key = `signature/${createHash('sha256').update(signature).digest('hex')}`;
    // What a request leads to has a durable claim of its own: this one need not wait for the disk.
    if (!(await inbox.claimUnsynced(key, clock.nowMs()))) {
      this.#refused('a copy of an earlier request');
      return answer(401);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let acked = false;
    const ack = async (said?: DoorAnswer['body']) => {
      if (acked) throw new ReceiverMultipleAckError();
      if (acknowledged && said)
        throw new Error('This was acknowledged at the door already: nothing can be said with it.');
      acked = true;
      answer(200, said);
      resolve();
    };
    const event = {
      body,
      ack,
      ...(retryNum !== undefined && { retryNum }),
      ...(retryReason !== undefined && { retryReason }),
    };
    if (!this.#app) throw new Error('The receiver was started before it had an app.');
    this.#app.processEvent(event).then(() => {
      // Nobody listens to such a thing.
      if (!acked) answer(404);
      resolve();
    }, reject);
    await promise;
  }
}
