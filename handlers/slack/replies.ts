import type { RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Message } from '../../src/workflows/message.ts';
import type { Log } from '../../src/workflows/ports.ts';
import { content } from './slack-surface.ts';

/** Where a person can be told something that only they see. */
export interface ReplyTo {
  readonly user: string;
  readonly channel?: string;
  readonly threadTs?: string;
  /** Works without membership of the channel, five times within half an hour of a command or click. */
  readonly respond?: RespondFn;
}

/** Tells one person: by the answer to what they did, else in the channel for their eyes only, else directly. */
export class Replies {
  readonly #client: WebClient;
  readonly #log: Log;

  constructor(client: WebClient, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  /** Never throws: what cannot be told is in the log. */
  async tell(to: ReplyTo, message: Message): Promise<void> {
    const ways: (() => Promise<unknown>)[] = [];
    const said = content(message);
    if (to.respond) {
      const respond = to.respond;
      ways.push(() => respond({ ...said, response_type: 'ephemeral', replace_original: false }));
    }
    // Slack knows ephemeral messages in channels only.
    if (to.channel !== undefined && /^[CG]/.test(to.channel)) {
      const place = { channel: to.channel, ...(to.threadTs !== undefined && { thread_ts: to.threadTs }) };
      ways.push(() => this.#client.chat.postEphemeral({ ...said, ...place, user: to.user }));
    }
    ways.push(() => this.#client.chat.postMessage({ ...said, channel: to.user }));
    const failures: string[] = [];
    for (const way of ways) {
      try {
        await way();
        return;
      } catch (error) {
        failures.push(String(error));
      }
    }
    this.#log.error({ user: to.user, failures }, 'a person could not be told');
  }
}
