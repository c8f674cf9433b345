import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
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

interface Door {
  readonly child: ChildProcess;
  /** Resolves with the reason when it has ended and all that it told has been read. */
  readonly gone: Promise<string>;
}

const DOOR = new URL('./http-door-process.ts', import.meta.url);
/** It keeps next to nothing: a small nursery is enough, and holds 16 MB less. */
const DOOR_OPTIONS = ['--max-semi-space-size=1'];

/**
 * Slack's requests over HTTP. The door, a process of its own, checks that they are signed and of now, and
 * acknowledges what needs no other answer at once, however busy this one is. Here each signed request is
 * taken once: Slack signs a retry anew, so that only a copy made by somebody else carries a signature twice.
 * (A copy of a command is answered like the command; it has no effect.)
 */
export class HttpDoorReceiver implements Receiver {
  readonly #options: HttpDoorOptions;
  /** Until a listener has taken over: then it is known to be under way. */
  readonly #handingOver = new Set<Promise<void>>();
  #app: App | undefined;
  #door: Door | undefined;
  #stopping = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Rejects with the code of the system where it cannot listen. */
  async start(): Promise<void> {
    const { log, address, path, signingSecret } = this.#options;
    // Whatever comes from the network is read in there: it gets neither tokens nor what else the environment holds.
    const child = fork(DOOR, { execArgv: DOOR_OPTIONS, env: {} });
    const door: Door = { child, gone: endOf(child) };
    this.#door = door;
    const opened = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromDoor) => {
        if (message.kind === 'request') this.#handOver(message, child);
        else if (message.kind === 'refused') this.#refused(message.reason);
        else if (message.kind === 'trouble')
          log.error({ reason: message.reason }, 'a connection from Slack could not be taken');
        else if (message.kind === 'open') resolve();
        else if (message.kind === 'unopened')
          reject(Object.assign(new Error(message.message), { code: message.code }));
      });
      void door.gone.then(cause => reject(new Error(`The door ended with ${cause}.`)));
    });
    if (child.connected)
      child.send({ kind: 'open', data: { address, path, signingSecret } } satisfies ToDoor);
    await opened;
    // Only a door that was open is opened again.
    void door.gone.then(cause => this.#reopen(cause));
  }

  /** Resolves when nothing comes in any more and all that came in is in the hands of its listener. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#door) {
      const { child, gone } = this.#door;
      if (child.connected) child.send({ kind: 'close' } satisfies ToDoor);
      const takeBack = this.#options.timer.after(CLOSE_WAIT_MS, () => void child.kill('SIGKILL'));
      await gone;
      takeBack();
    }
    await Promise.allSettled(this.#handingOver);
  }

  #reopen(cause: string): void {
    if (this.#stopping) return;
    const { log, timer } = this.#options;
    log.error(
      { cause },
      'the process that takes requests from Slack ended unexpectedly and is started again',
    );
    timer.after(REOPEN_AFTER_MS, () => {
      if (!this.#stopping) void this.start().catch(error => this.#reopen(String(error)));
    });
  }

  #refused(reason: string): void {
    this.#options.log.warn({ reason }, 'refused a request that claims to come from Slack');
  }

  #handOver(request: SignedRequest, door: ChildProcess): void {
    const answer = (status: number, body?: DoorAnswer['body']) => {
      if (request.acknowledged) return;
      const { id } = request;
      door.send({ kind: 'answer', id, status, ...(body && { body }) } satisfies ToDoor);
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

function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    let cause: string | undefined;
    const settle = () => {
      if (cause !== undefined && !child.connected) resolve(cause);
    };
    child.on('error', error => {
      // Else it was told something when it was gone already.
      if (child.pid === undefined) cause = error.message;
      settle();
    });
    child.once('exit', (code, signal) => {
      cause = signal ?? `exit status ${code}`;
      settle();
    });
    child.once('disconnect', settle);
  });
}
