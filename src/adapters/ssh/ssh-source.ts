import type { Answer, Question } from '../../collectors/question.ts';
import type { Server } from '../../inventory/registry.ts';
import type { Source } from '../../workflows/ports.ts';
import type { ReadScript } from './read-script.ts';
import { ServerConnection } from './server-connection.ts';
import { Slots } from './slots.ts';

export interface SshSourceOptions {
  readonly script: ReadScript;
  /** For TCP, handshake and login of one hop. */
  readonly connectTimeoutMs?: number;
  /** How many servers may connect at the same time; servers that never answer must not hold the others up. */
  readonly maxConnecting?: number;
  /** How many batches one server works on at the same time. */
  readonly maxChannels?: number;
}

/** Reads servers over SSH: one kept connection per server, jump hosts shared. */
export class SshSource implements Source {
  readonly #options: Required<SshSourceOptions>;
  readonly #connecting: Slots;
  readonly #connections = new Map<string, ServerConnection>();
  readonly #closing = new AbortController();

  constructor(options: SshSourceOptions) {
    this.#options = { connectTimeoutMs: 8000, maxConnecting: 256, maxChannels: 4, ...options };
    this.#connecting = new Slots(this.#options.maxConnecting);
  }

  async ask(server: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]> {
    const stop = AbortSignal.any([cancel, this.#closing.signal]);
    return this.#connectionOf(server).ask(questions, stop);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#connections.values()].map(connection => connection.close()));
    this.#connections.clear();
  }

  /** An entry that was edited is another server: its host key and login are looked at anew. */
  #connectionOf(server: Server): ServerConnection {
    const key = JSON.stringify(server);
    const kept = this.#connections.get(key);
    if (kept !== undefined) return kept;
    const { script, connectTimeoutMs, maxChannels } = this.#options;
    const connection = new ServerConnection(server, {
      command: script.command,
      connectTimeoutMs,
      maxChannels,
      connecting: this.#connecting,
      ...(server.jump === undefined ? {} : { jump: this.#connectionOf(server.jump) }),
    });
    this.#connections.set(key, connection);
    return connection;
  }
}
