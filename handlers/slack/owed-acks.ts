import type { SocketModeReceiver } from '@slack/bolt';
import type { Timer } from '../../src/workflows/ports.ts';

type SocketClient = SocketModeReceiver['client'];

/** What was not acknowledged by then never will be: Slack itself waits three seconds. */
const PATIENCE_MS = 3_000;

/**
 * The acknowledgements that a Socket Mode client owes. Asked by Slack to leave a socket (it does so every few
 * hours), the SDK closes that at once, and a command that had just come in over it fails for its person: here
 * the request waits until every delivery that came before it is acknowledged.
 */
export class OwedAcks {
  readonly #owed = new Set<string>();
  readonly #waiting = new Set<() => void>();
  readonly #timer: Timer;

  constructor(client: SocketClient, timer: Timer) {
    this.#timer = timer;
    client.on('slack_event', ({ envelope_id: id }: { envelope_id: string }) => this.#owed.add(id));
    client.on('outgoing_message', ({ envelope_id: id }: { envelope_id: string }) => this.#paid(id));
    const obey = client.listeners('ws_message').map(listener => listener as (...message: unknown[]) => void);
    client.removeAllListeners('ws_message');
    client.on('ws_message', (...message: unknown[]) => {
      const socket = client.websocket;
      const hand = () => {
        // Slack may have closed it meanwhile: the next socket has nothing to do with this.
        if (client.websocket === socket) for (const listener of obey) listener(...message);
      };
      if (isDisconnect(message[0])) void this.paid().then(hand);
      else hand();
    });
  }

  /** Resolves when nothing is owed, or will never be paid. */
  paid(): Promise<void> {
    if (this.#owed.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      takeBack();
      this.#waiting.delete(end);
      resolve();
    };
    const takeBack = this.#timer.after(PATIENCE_MS, () => {
      this.#owed.clear();
      end();
    });
    this.#waiting.add(end);
    return promise;
  }

  #paid(id: string): void {
    this.#owed.delete(id);
    if (this.#owed.size === 0) for (const end of [...this.#waiting]) end();
  }
}

function isDisconnect(data: unknown): boolean {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return false;
  try {
    return JSON.parse(data).type === 'disconnect';
  } catch {
    return false;
  }
}
