import type { Clock, Log } from '../workflows/ports.ts';
import { endsWithin } from './ends-within.ts';

export interface DeliveryPumpOptions {
  /**
   * Ships what is due; answers with when more is (epoch ms), undefined when nothing waits. A call while another
   * goes on has that one look at the queue anew.
   */
  deliverDue(): Promise<number | undefined>;
  /** The clock by which it says when. */
  readonly clock: Clock;
  readonly log: Log;
}

/** A clock that is set must not put a delivery off: the queue is looked at this often in any case. */
const LONGEST_SLEEP_MS = 30_000;
/** After the state could not be read or written. */
const AFTER_FAULT_MS = 2_000;
/** What is on its way when we stop: a request to the surface ends by itself within about this time. */
const STOP_WAIT_MS = 5_000;

/** Delivers whenever something is due: on `wake`, and by a timer for what waits. */
export class DeliveryPump {
  readonly #options: DeliveryPumpOptions;
  #timer: NodeJS.Timeout | undefined;
  #due: Promise<number | undefined> | undefined;
  #followed: Promise<void> = Promise.resolve();
  readonly #emptied: (() => void)[] = [];
  #stopped = false;

  constructor(options: DeliveryPumpOptions) {
    this.#options = options;
  }

  /** Something was queued, or may be due. Cheap, and never throws. */
  wake(): void {
    if (this.#stopped) return;
    const due = this.#options.deliverDue();
    if (due === this.#due) return;
    this.#due = due;
    this.#followed = this.#follow(due);
  }

  /** Delivers until nothing waits or `waitMs` are over, then stops. True when nothing is left. */
  async drain(waitMs: number): Promise<boolean> {
    const empty = new Promise<void>(resolve => this.#emptied.push(resolve));
    this.wake();
    const emptied = await endsWithin(empty, waitMs);
    await this.stop();
    return emptied;
  }

  /** No delivery begins any more; one that is under way is waited for, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await endsWithin(this.#followed, STOP_WAIT_MS);
  }

  async #follow(due: Promise<number | undefined>): Promise<void> {
    let nextAtMs: number | undefined;
    try {
      nextAtMs = await due;
    } catch (error) {
      this.#options.log.error({ err: error }, 'Messages could not be delivered');
      nextAtMs = this.#options.clock.nowMs() + AFTER_FAULT_MS;
    }
    // A newer delivery knows better when the next is due.
    if (due !== this.#due) return;
    if (nextAtMs === undefined) for (const emptied of this.#emptied.splice(0)) emptied();
    if (this.#stopped || nextAtMs === undefined) return;
    clearTimeout(this.#timer);
    const sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, nextAtMs - this.#options.clock.nowMs()));
    this.#timer = setTimeout(() => this.wake(), sleepMs);
  }
}
