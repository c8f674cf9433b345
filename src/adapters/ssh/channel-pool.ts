import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { ReaderChannel } from './reader-channel.ts';
import { Slots } from './slots.ts';

export type TakenChannel =
  | {
      readonly ok: true;
      readonly channel: ReaderChannel;
      /** It has answered before, so it may have died unnoticed. */
      readonly reused: boolean;
      /** When opening began; a kept channel needs none. */
      readonly startedAtMs: number;
      /** Gives the place back, and the channel too when it is still open. */
      readonly release: () => void;
    }
  | { readonly ok: false; readonly why: 'cancelled' | 'silent' | 'refused'; readonly detail: string };

/** Waits before asking again for a channel that was refused although none is in use. */
const RETRY_AFTER_MS = [50, 200, 500] as const;

/**
 * The reader channels of one connection. sshd allows few sessions per connection (MaxSessions, 10 by
 * default); when it refuses one, the pool goes on with as many as it has.
 */
export class ChannelPool {
  readonly connection: Connection;
  readonly #command: string;
  readonly #slots: Slots;
  readonly #idle: ReaderChannel[] = [];

  constructor(connection: Connection, command: string, maxChannels: number) {
    this.connection = connection;
    this.#command = command;
    this.#slots = new Slots(maxChannels);
  }

  /** A channel for one batch. `openingMs`: how long the server may take to open one. */
  async take(cancel: AbortSignal, openingMs: number): Promise<TakenChannel> {
    for (let tries = 0; ; ) {
      const release = await this.#slots.take(cancel);
      if (release === undefined) return { ok: false, why: 'cancelled', detail: 'Stopped on request.' };
      const startedAtMs = performance.now();
      const kept = this.#keptChannel();
      if (kept !== undefined) return this.#taken(kept, true, startedAtMs, release);

      const expiry = new AbortController();
      const timer = setTimeout(() => expiry.abort(), openingMs);
      const started = await this.connection.start(this.#command, AbortSignal.any([cancel, expiry.signal]));
      clearTimeout(timer);
      if (!('ok' in started)) return this.#taken(new ReaderChannel(started), false, startedAtMs, release);

      release();
      if (cancel.aborted) return { ok: false, why: 'cancelled', detail: 'Stopped on request.' };
      if (expiry.signal.aborted) {
        return {
          ok: false,
          why: 'silent',
          detail: `The server opened no session within ${openingMs / 1000} s.`,
        };
      }
      if (this.connection.isOpen() && this.#slots.taken > 0) {
        this.#slots.lower(this.#slots.taken); // wait for one of those
        continue;
      }
      // sshd counts a session that was just cut off until its process is gone.
      const waitMs = RETRY_AFTER_MS[tries++];
      if (!this.connection.isOpen() || waitMs === undefined) {
        return { ok: false, why: 'refused', detail: started.detail };
      }
      await pause(waitMs);
    }
  }

  #keptChannel(): ReaderChannel | undefined {
    for (;;) {
      const channel = this.#idle.pop();
      if (channel === undefined || channel.isOpen) return channel;
    }
  }

  #taken(channel: ReaderChannel, reused: boolean, startedAtMs: number, giveBack: () => void): TakenChannel {
    const release = () => {
      if (channel.isOpen) this.#idle.push(channel);
      giveBack();
    };
    return { ok: true, channel, reused, startedAtMs, release };
  }
}
