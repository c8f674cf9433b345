import type { Answer, Question } from '../../collectors/question.ts';
import type { Server } from '../../inventory/registry.ts';
import { ChannelPool } from './channel-pool.ts';
import type { Connection } from './connection.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import { CANCELLED, throughJump } from './connection-failure.ts';
import { dial } from './dial.ts';
import type { BatchOutcome } from './reader-channel.ts';
import type { Slots } from './slots.ts';

type Failure = Extract<Answer, { ok: false }>;
type Link = { readonly ok: true; readonly pool: ChannelPool } | ConnectionFailure;

export interface ServerConnectionOptions {
  /** The command that starts the read script. */
  readonly command: string;
  readonly connectTimeoutMs: number;
  readonly maxChannels: number;
  /** Shared by all servers: how many may connect at a time. */
  readonly connecting: Slots;
  /** The kept connection of `server.jump`. */
  readonly jump?: ServerConnection;
}

interface Attempt {
  readonly result: Promise<Link>;
  readonly stop: AbortController;
  waiters: number;
}

/** The kept connection of one server: opened when first needed, opened again when it has died. */
export class ServerConnection {
  readonly #server: Server;
  readonly #options: ServerConnectionOptions;
  #pool: ChannelPool | undefined;
  #attempt: Attempt | undefined;

  constructor(server: Server, options: ServerConnectionOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** Answers every question, in order. What goes wrong is an answer too. */
  async ask(questions: readonly Question[], cancel: AbortSignal): Promise<Answer[]> {
    const answers: Answer[] = [];
    let reconnected = false;
    for (;;) {
      const rest = questions.slice(answers.length);
      const [question] = rest;
      if (question === undefined) return answers;
      const allRest = (failure: Failure) => [...answers, ...rest.map(() => failure)];

      const link = await this.#link(cancel);
      if (!link.ok) return allRest({ ok: false, reason: link.reason, detail: link.detail });
      const { connection } = link.pool;
      const taken = await link.pool.take(cancel, question.limits.timeoutMs);
      if (!taken.ok) {
        if (taken.why === 'cancelled')
          return allRest({ ok: false, reason: 'cancelled', detail: taken.detail });
        if (taken.why === 'silent') return allRest(this.#silent(connection, taken.detail));
        if (connection.isOpen()) return allRest(this.#noSession(taken.detail));
        if (reconnected) return allRest(this.#lost(connection, taken.detail));
        reconnected = true;
        continue;
      }

      const outcome = await taken.channel.ask(rest, cancel, taken.startedAtMs);
      taken.release();
      answers.push(...outcome.answers);
      const after = questions.slice(answers.length);
      const allAfter = (failure: Failure) => [...answers, ...after.map(() => failure)];
      switch (outcome.ending) {
        case 'complete':
          return answers;
        case 'hung': // its answer says so; the others get a new channel
          continue;
        case 'cancelled':
          return allAfter({ ok: false, reason: 'cancelled', detail: outcome.detail });
        case 'silent':
          return allAfter(this.#silent(connection, outcome.detail));
        case 'unusable':
        case 'lost': {
          if (outcome.ending === 'unusable' && connection.isOpen()) return allAfter(this.#unusable(outcome));
          const stale = taken.reused && !outcome.begun;
          if (reconnected) return allAfter(this.#lost(connection, outcome.detail));
          // A channel that died while nobody used it has not been asked; a broken answer is told as broken.
          if (!stale) answers.push(this.#lost(connection, outcome.detail));
          reconnected = true;
        }
      }
    }
  }

  /** A kept connection, or a new one; everyone who needs it at the same time waits for the same attempt. */
  async connected(
    cancel: AbortSignal,
  ): Promise<{ readonly ok: true; readonly connection: Connection } | ConnectionFailure> {
    const link = await this.#link(cancel);
    return link.ok ? { ok: true, connection: link.pool.connection } : link;
  }

  /** Closes the connection and gives up an attempt under way. */
  async close(): Promise<void> {
    this.#attempt?.stop.abort();
    const connection = this.#pool?.connection;
    this.#pool = undefined;
    connection?.end();
    await connection?.closed;
  }

  #link(cancel: AbortSignal): Promise<Link> {
    if (cancel.aborted) return Promise.resolve(CANCELLED);
    if (this.#pool?.connection.isOpen()) return Promise.resolve({ ok: true, pool: this.#pool });
    this.#attempt ??= this.#newAttempt();
    const attempt = this.#attempt;
    attempt.waiters++;
    return new Promise(resolve => {
      const leave = () => {
        resolve(CANCELLED);
        if (--attempt.waiters > 0) return;
        attempt.stop.abort();
        if (this.#attempt === attempt) this.#attempt = undefined;
      };
      cancel.addEventListener('abort', leave, { once: true });
      void attempt.result.then(link => {
        cancel.removeEventListener('abort', leave);
        resolve(link);
      });
    });
  }

  #newAttempt(): Attempt {
    const stop = new AbortController();
    const attempt: Attempt = { stop, waiters: 0, result: this.#open(stop.signal) };
    void attempt.result.then(link => {
      if (this.#attempt === attempt) this.#attempt = undefined;
      if (!link.ok) return;
      if (stop.signal.aborted) link.pool.connection.end();
      else this.#pool = link.pool;
    });
    return attempt;
  }

  async #open(stop: AbortSignal): Promise<Link> {
    const { jump, connecting, connectTimeoutMs, command, maxChannels } = this.#options;
    const hop = await jump?.connected(stop);
    if (hop?.ok === false) return throughJump(hop, this.#server.jump?.id ?? '');
    // Only now: a server that waits for its jump host must not hold the jump host's place.
    const release = await connecting.take(stop);
    if (release === undefined) return CANCELLED;
    try {
      const through = hop === undefined ? {} : { through: hop.connection };
      const result = await dial(this.#server, { timeoutMs: connectTimeoutMs, cancel: stop, ...through });
      if (!result.ok) return result;
      return { ok: true, pool: new ChannelPool(result.connection, command, maxChannels) };
    } finally {
      release();
    }
  }

  /** A server that lets a question wait from the start is hung, or the way to it is: begin anew next time. */
  #silent(connection: Connection, detail: string): Failure {
    connection.end();
    this.#forget(connection);
    return {
      ok: false,
      reason: 'timed-out',
      detail: `${connection.name} was connected but does not answer. ${detail} Is it swapping or out of processes?`,
    };
  }

  #lost(connection: Connection, detail: string): Failure {
    const cause = connection.lastError();
    const why = cause === undefined ? '' : ` (${cause})`;
    return {
      ok: false,
      reason: 'connection-lost',
      detail: `The connection to ${connection.name} broke${why}. ${detail}`,
    };
  }

  #noSession(detail: string): Failure {
    return {
      ok: false,
      reason: 'login-refused',
      detail: `${this.#server.id} accepts the login but opens no session: ${detail}. See MaxSessions in its sshd_config.`,
    };
  }

  #unusable(outcome: BatchOutcome): Failure {
    return { ok: false, reason: 'login-refused', detail: `${this.#server.id}: ${outcome.detail}` };
  }

  #forget(connection: Connection): void {
    if (this.#pool?.connection === connection) this.#pool = undefined;
  }
}
