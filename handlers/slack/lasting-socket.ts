import type { SocketModeReceiver } from '@slack/bolt';
import type { Timer } from '../../src/workflows/ports.ts';
import { OwedAcks } from './owed-acks.ts';

type SocketClient = SocketModeReceiver['client'];

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/**
 * A connection of the SDK that comes back whatever happens, until it is stopped. The SDK gives a reconnection up
 * when Slack cannot be reached, and leaves its failure to nobody, which would end the process; told to stop in
 * the middle of one, it connects all the same.
 */
export class LastingSocket {
  readonly #client: SocketClient;
  readonly #owed: OwedAcks;
  readonly #timer: Timer;
  readonly #connect: SocketClient['start'];
  #begun = false;
  #stopped = false;
  #failures = 0;
  #takeBack: () => void = () => {};

  /** @param client must try each call of the Web API once: trying again is done here, where it can be stopped */
  constructor(client: SocketClient, timer: Timer) {
    this.#client = client;
    this.#timer = timer;
    this.#owed = new OwedAcks(client, timer);
    this.#connect = client.start.bind(client);
    client.start = () => (this.#begun ? this.#again() : this.#first());
  }

  get isOpen(): boolean {
    return this.#client.websocket?.isActive() === true;
  }

  /** Takes nothing more in a moment: what has come in is acknowledged first. */
  async finish(): Promise<void> {
    this.#stopped = true;
    this.#takeBack();
    await this.#owed.paid();
  }

  #first(): ReturnType<SocketClient['start']> {
    this.#begun = true;
    return this.#connect();
  }

  /** Never rejects. */
  async #again(): Promise<never> {
    try {
      await this.#connectOnce();
      this.#failures = 0;
      if (this.#stopped) await this.#client.disconnect();
    } catch {
      // The SDK has logged it.
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
      this.#failures += 1;
      if (!this.#stopped) this.#takeBack = this.#timer.after(waitMs, () => void this.#again());
    }
    return undefined as never;
  }

  /**
   * Without the SDK's own attempts in the middle of one: where the first of them meets trouble of Slack and the second
   * of the network, the SDK would settle nothing and leave the second failure to nobody.
   */
  async #connectOnce(): Promise<void> {
    // The SDK reads this where it decides, and offers no other way.
    Reflect.set(this.#client, 'autoReconnectEnabled', false);
    try {
      await this.#connect();
    } finally {
      Reflect.set(this.#client, 'autoReconnectEnabled', true);
    }
  }
}
