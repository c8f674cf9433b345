/** What goes wrong with a call of the Web API. */
export type ApiFault =
  | { readonly kind: 'rate-limit'; readonly retryAfterSeconds: number }
  | { readonly kind: 'status'; readonly status: 500 | 502 | 503 | 504 }
  /** Slack's own error word, such as `fatal_error`. */
  | { readonly kind: 'error'; readonly error: string }
  /** No answer, ever; `effect: true` when the call was carried out all the same. */
  | { readonly kind: 'hang'; readonly effect: boolean }
  /** The connection breaks instead of an answer. */
  | { readonly kind: 'cut'; readonly effect: boolean };

/** What goes wrong with a delivery to the app. */
export type DeliveryFault =
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Held until `count` deliveries have come, then sent last first. */
  | { readonly kind: 'reorder'; readonly count: number }
  /** The app acknowledges, and Slack never learns of it. */
  | { readonly kind: 'drop-ack' };

/** How often a fault strikes (once unless told; `Infinity` until `clear`), and whom. */
export interface Striking<T> {
  readonly times?: number;
  readonly where?: (what: T) => boolean;
}

type Args = Readonly<Record<string, unknown>>;

interface Armed<F, T> {
  readonly fault: F;
  readonly where: (what: T) => boolean;
  left: number;
}

/** What a fault can do to the open sockets. */
export interface Sockets {
  cut(count: number): void;
  disconnect(reason: 'refresh_requested' | 'warning', count: number): void;
}

function arm<F, T>(list: Armed<F, T>[], fault: F, { times = 1, where = () => true }: Striking<T>): void {
  list.push({ fault, where, left: times });
}

function strike<F, T>(list: Armed<F, T>[], what: T): F | undefined {
  const armed = list.find(each => each.left > 0 && each.where(what));
  if (armed === undefined) return undefined;
  armed.left -= 1;
  return armed.fault;
}

/** What a test lets go wrong, in the order it was asked for. */
export class Faults {
  readonly #calls: Armed<ApiFault, { method: string; args: Args }>[] = [];
  readonly #deliveries: Armed<DeliveryFault, { type: string; payload: Args }>[] = [];
  readonly #cleared = new Set<() => void>();
  readonly #sockets: Sockets;
  #refusedSockets = 0;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /**
   * Lets calls of `method` fail. `*` is every method, `upload` the POST of a file's bytes, `response_url` the
   * POST of an answer to an interaction.
   */
  api(method: string, fault: ApiFault, { times, where = () => true }: Striking<Args> = {}): void {
    arm(this.#calls, fault, {
      ...(times === undefined ? {} : { times }),
      where: call => (method === '*' || call.method === method) && where(call.args),
    });
  }

  /** Lets deliveries of `type` (`*` for all) go wrong. */
  deliveries(
    type: 'slash_commands' | 'interactive' | 'events_api' | '*',
    fault: DeliveryFault,
    { times, where = () => true }: Striking<Args> = {},
  ): void {
    const count = fault.kind === 'reorder' ? fault.count : 1;
    arm(this.#deliveries, fault, {
      times: times ?? count,
      where: delivery => (type === '*' || delivery.type === type) && where(delivery.payload),
    });
  }

  /** The next `times` attempts to open a socket are answered with 503. */
  refuseSockets(times = Number.POSITIVE_INFINITY): void {
    this.#refusedSockets = times;
  }

  /** Breaks open sockets off, oldest first, without a closing frame. */
  cutSockets(count = Number.POSITIVE_INFINITY): void {
    this.#sockets.cut(count);
  }

  /** Asks the app to come back on a fresh socket, as Slack does every few hours. */
  disconnectSockets(
    reason: 'refresh_requested' | 'warning' = 'refresh_requested',
    count = Number.POSITIVE_INFINITY,
  ): void {
    this.#sockets.disconnect(reason, count);
  }

  /** Nothing goes wrong any more; what hangs is cut and what is held back is sent. */
  clear(): void {
    this.#calls.length = 0;
    this.#deliveries.length = 0;
    this.#refusedSockets = 0;
    for (const release of [...this.#cleared]) release();
    this.#cleared.clear();
  }

  /** Runs `release` once, at the next `clear`; answers with the way to call that off. */
  onClear(release: () => void): () => void {
    this.#cleared.add(release);
    return () => this.#cleared.delete(release);
  }

  strikeCall(method: string, args: Args): ApiFault | undefined {
    return strike(this.#calls, { method, args });
  }

  strikeDelivery(type: string, payload: Args): DeliveryFault | undefined {
    return strike(this.#deliveries, { type, payload });
  }

  strikeSocket(): boolean {
    if (this.#refusedSockets <= 0) return false;
    this.#refusedSockets -= 1;
    return true;
  }
}
