import { type App, type Receiver, SocketModeReceiver, type SocketModeReceiverOptions } from '@slack/bolt';
import type { Timer } from '../../src/workflows/ports.ts';
import { LastingSocket } from './lasting-socket.ts';

/** Slack allows ten per app; two are enough that one is open while the other is renewed. */
const CONNECTIONS = 2;
/** The SDK waits this long before it opens a lost connection again; its default of 5 s is also its ping limit. */
const CLIENT_PING_TIMEOUT_MS = 2_500;

/**
 * Socket Mode over two connections. Slack closes each of them every few hours, and the SDK then waits seconds
 * before it opens the next: with a single one, a command typed in between fails.
 */
export class SteadySocketReceiver implements Receiver {
  readonly #receivers: readonly SocketModeReceiver[];

  readonly #sockets: readonly LastingSocket[];

  constructor(options: SocketModeReceiverOptions, timer: Timer) {
    this.#receivers = Array.from(
      { length: CONNECTIONS },
      () => new SocketModeReceiver({ clientPingTimeout: CLIENT_PING_TIMEOUT_MS, ...options }),
    );
    this.#sockets = this.#receivers.map(({ client }) => new LastingSocket(client, timer));
  }

  init(app: App): void {
    for (const receiver of this.#receivers) receiver.init(app);
  }

  async start(): Promise<unknown> {
    return Promise.all(this.#receivers.map(receiver => receiver.start()));
  }

  async stop(): Promise<unknown> {
    await Promise.all(this.#sockets.map(socket => socket.finish()));
    return Promise.all(this.#receivers.map(receiver => receiver.stop()));
  }

  /** How many connections are open now, for /healthz. */
  openConnections(): number {
    return this.#sockets.filter(socket => socket.isOpen).length;
  }
}
