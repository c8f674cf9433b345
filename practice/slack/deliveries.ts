import { performance } from 'node:perf_hooks';
import type { DeliveryFault, Faults } from './faults.ts';

/** Something that the app must be told, as Slack puts it. */
export interface Delivery {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: Readonly<Record<string, unknown>>;
  /** True when Slack does something with the body of the acknowledgement. */
  readonly acceptsResponsePayload: boolean;
  /** For people: `/diagnose-502`, `the button re-run`. */
  readonly what: string;
}

/** One attempt to deliver. `number` is 0 for the first, `reason` is why the one before it failed. */
export interface Attempt {
  readonly number: number;
  readonly reason: string;
  readonly withinMs: number;
}

/** What became of an attempt. */
export type Carried =
  | { readonly acked: true; readonly body?: unknown }
  | {
      readonly acked: false;
      /** `nobody`: there was no socket, or nothing listened. `timeout`: no acknowledgement in time. */
      readonly why: 'nobody' | 'timeout' | 'cut' | 'refused';
      /** Slack's word for it in the retry: `timeout`, `http_timeout`, `http_error`, `connection_failed`. */
      readonly reason: string;
      /** The app asked for no further attempt (`X-Slack-No-Retry`). */
      readonly final?: boolean;
    };

/** Socket Mode or HTTP. */
export interface Carrier {
  carry(delivery: Delivery, attempt: Attempt): Promise<Carried>;
  stop(): void;
}

/** One attempt as it went. `ackMs` runs from sending to the acknowledgement. */
export interface DeliveryRecord {
  readonly atMs: number;
  readonly type: Delivery['type'];
  readonly what: string;
  readonly payload: Delivery['payload'];
  readonly attempt: number;
  readonly carried: Carried;
  readonly ackMs: number;
}

/** Slack waits this long for an acknowledgement. Source: docs.slack.dev/interactivity/handling-user-interaction. */
const ACK_WITHIN_MS = 3_000;
/**
 * When an event that was not acknowledged is sent again: nearly at once, after a minute, after five.
 * Source: docs.slack.dev/apis/events-api, "Retries".
 */
const RETRY_AFTER_MS: readonly number[] = [0, 60_000, 300_000];
const KEPT_RECORDS = 5_000;

export interface DeliveryPace {
  readonly ackWithinMs?: number;
  readonly retryAfterMs?: readonly number[];
}

/** Sends what happens to the app, with Slack's deadline, its retries of events, and the faults asked for. */
export class Deliveries {
  readonly records: DeliveryRecord[] = [];
  readonly #carrier: Carrier;
  readonly #faults: Faults;
  readonly #pace: Required<DeliveryPace>;
  readonly #nowMs: () => number;
  readonly #recorded: (record: DeliveryRecord) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: (() => Promise<unknown>)[] = [];
  #stopped = false;

  constructor(options: {
    carrier: Carrier;
    faults: Faults;
    pace: DeliveryPace;
    nowMs: () => number;
    recorded: (record: DeliveryRecord) => void;
  }) {
    this.#carrier = options.carrier;
    this.#faults = options.faults;
    this.#pace = { ackWithinMs: ACK_WITHIN_MS, retryAfterMs: RETRY_AFTER_MS, ...options.pace };
    this.#nowMs = options.nowMs;
    this.#recorded = options.recorded;
  }

  /** Resolves with the first attempt's end; retries of an event go on behind it. */
  async deliver(delivery: Delivery): Promise<DeliveryRecord> {
    const fault = this.#faults.strikeDelivery(delivery.type, delivery.payload);
    if (fault?.kind === 'delay') await this.#delay(fault.delayMs);
    if (fault?.kind === 'duplicate') void this.#attempt(delivery, 0, '');
    if (fault?.kind === 'reorder') return this.#hold(delivery, fault.count);
    return this.#attempt(delivery, 0, '', fault);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#carrier.stop();
  }

  async #attempt(
    delivery: Delivery,
    number: number,
    reason: string,
    fault?: DeliveryFault,
  ): Promise<DeliveryRecord> {
    const begunAtMs = performance.now();
    const { ackWithinMs } = this.#pace;
    const arrived = await this.#carrier.carry(delivery, { number, reason, withinMs: ackWithinMs });
    const carried: Carried =
      fault?.kind === 'drop-ack' ? { acked: false, why: 'timeout', reason: 'timeout' } : arrived;
    const record: DeliveryRecord = {
      atMs: this.#nowMs(),
      type: delivery.type,
      what: delivery.what,
      payload: delivery.payload,
      attempt: number,
      carried,
      ackMs: performance.now() - begunAtMs,
    };
    this.records.push(record);
    if (this.records.length > KEPT_RECORDS) this.records.shift();
    if (!carried.acked && !carried.final) this.#retry(delivery, number, carried.reason);
    if (!this.#stopped) this.#recorded(record);
    return record;
  }

  /** Only events are sent again: a person whose command failed sees so and types it once more. */
  #retry(delivery: Delivery, number: number, reason: string): void {
    const afterMs = this.#pace.retryAfterMs[number];
    if (this.#stopped || delivery.type !== 'events_api' || afterMs === undefined) return;
    this.#later(afterMs, () => {
      const fault = this.#faults.strikeDelivery(delivery.type, delivery.payload);
      void this.#attempt(delivery, number + 1, reason, fault);
    });
  }

  #later(afterMs: number, work: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, afterMs);
    timer.unref();
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #delay(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      const cancelTimer = this.#later(delayMs, () => {
        forget();
        resolve();
      });
      const forget = this.#faults.onClear(() => {
        cancelTimer();
        resolve();
      });
    });
  }

  /** Keeps a delivery back until `count` are there, then sends the last one first, each after the other's end. */
  #hold(delivery: Delivery, count: number): Promise<DeliveryRecord> {
    return new Promise(resolve => {
      this.#held.push(() => {
        const attempt = this.#attempt(delivery, 0, '');
        void attempt.then(resolve);
        return attempt;
      });
      const release = async () => {
        forget();
        const held = this.#held.reverse();
        this.#held = [];
        for (const send of held) await send();
      };
      const forget = this.#faults.onClear(() => void release());
      if (this.#held.length >= count) void release();
    });
  }
}
