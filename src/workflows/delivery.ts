import type { Clock, Timer } from './ports.ts';
import { PostAllowance } from './post-allowance.ts';
import type { Parcel, QueuedParcel, State } from './state-ports.ts';
import type { Shipment, ShipmentAnswer, Surface } from './surface-ports.ts';

export interface DeliveryContext {
  readonly state: State;
  readonly surface: Surface;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly events?: DeliveryEvents;
}

/** What is told about deliveries: for metrics, the log, and for telling a person otherwise. */
export interface DeliveryEvents {
  /** `waitedMs` since it was queued. */
  sent?(parcel: Parcel, waitedMs: number): void;
  /** It will be tried again at `dueAtMs`. */
  postponed?(parcel: Parcel, reason: string, dueAtMs: number): void;
  abandoned?(parcel: Parcel, abandonment: Abandonment): void;
}

export interface Abandonment {
  /** The surface's word or a sentence. */
  readonly reason: string;
  /** `refused` it will never be taken, `expired` a day of trying, `orphaned` the message it belongs to is not there. */
  readonly because: 'refused' | 'expired' | 'orphaned';
}

type Again = Extract<ShipmentAnswer, { readonly again: true }>;
type Arrived = Extract<ShipmentAnswer, { readonly ok: true }>;

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** What could not be said for a day is no news. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60_000;

/**
 * Delivers what is queued: channels side by side, in a channel one parcel at a time and in order, each until it
 * arrived, was refused for good, or a day has passed. After a crash a parcel that may have arrived is shipped
 * again under the same key, and the surface shows it once.
 */
export class Delivery {
  readonly #context: DeliveryContext;
  readonly #allowance = new PostAllowance();
  /** The channels that are being shipped to. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** A rate limit is the channel's: it holds for whatever stands first there by then. */
  readonly #pausedUntilMs = new Map<string, number>();
  #driving: Promise<number | undefined> | undefined;
  #nudge: () => void = () => {};

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /**
   * Ships until nothing is due; answers with when the next parcel is, undefined when none waits. A call while
   * another goes on lets that one look at the queue anew.
   *
   * @throws when the state cannot be read or written: call again later
   */
  deliverDue(): Promise<number | undefined> {
    this.#nudge();
    this.#driving ??= this.#drive();
    return this.#driving;
  }

  async #drive(): Promise<number | undefined> {
    const faults: unknown[] = [];
    try {
      for (;;) {
        const nudge = Promise.withResolvers<void>();
        let nudged = false;
        this.#nudge = () => {
          nudged = true;
          nudge.resolve();
        };
        // A channel that is busy while the queue is read may be shown with a head that is delivered by then: it is
        // passed over, and the queue read anew.
        const busy = new Set(this.#lanes.keys());
        const nextAtMs = faults.length > 0 ? undefined : await this.#startLanes(busy, faults);
        if (this.#lanes.size > 0) {
          // A channel that gets no answer must not hold up what becomes due in another.
          const { timer, clock } = this.#context;
          const takeBack = nextAtMs !== undefined && timer.after(nextAtMs - clock.nowMs(), nudge.resolve);
          await Promise.race([...this.#lanes.values(), nudge.promise]);
          if (takeBack) takeBack();
        } else if (faults.length > 0) throw faults[0];
        else if (!nudged && busy.size === 0) return nextAtMs;
      }
    } finally {
      // In the same breath as the last look at `nudged`: a call after this begins anew.
      this.#driving = undefined;
    }
  }

  /** Starts a delivery in every channel that has one due and none under way; answers with when more is due. */
  async #startLanes(busy: ReadonlySet<string>, faults: unknown[]): Promise<number | undefined> {
    const { state, clock } = this.#context;
    const heads = await state.outbox.heads().catch(error => {
      faults.push(error);
      return [];
    });
    const nowMs = clock.nowMs();
    let nextAtMs: number | undefined;
    for (const head of heads) {
      const { channel } = head.parcel;
      if (busy.has(channel)) continue;
      const readyAtMs = head.superseded ? nowMs : this.#readyAtMs(head, nowMs);
      if (readyAtMs > nowMs) nextAtMs = Math.min(nextAtMs ?? readyAtMs, readyAtMs);
      else
        this.#lanes.set(
          channel,
          this.#deliver(head)
            .catch(error => void faults.push(error))
            .finally(() => this.#lanes.delete(channel)),
        );
    }
    return nextAtMs;
  }

  #readyAtMs({ parcel, dueAtMs }: QueuedParcel, nowMs: number): number {
    const pausedUntilMs = this.#pausedUntilMs.get(parcel.channel) ?? 0;
    if (pausedUntilMs <= nowMs) this.#pausedUntilMs.delete(parcel.channel);
    const allowedAtMs = parcel.kind === 'update' ? 0 : this.#allowance.readyAtMs(parcel.channel, nowMs);
    return Math.max(dueAtMs, pausedUntilMs, allowedAtMs);
  }

  async #deliver(head: QueuedParcel): Promise<void> {
    const { state, clock, surface } = this.#context;
    const { parcel } = head;
    if (head.superseded) return state.outbox.abandon(head.sequence, 'superseded', clock.nowMs());
    const shipment = await this.#shipmentOf(head);
    if ('orphan' in shipment) return this.#abandon(head, { reason: shipment.orphan, because: 'orphaned' });
    if (parcel.kind !== 'update') this.#allowance.take(parcel.channel, clock.nowMs());
    const answer = await surface
      .ship(shipment)
      .catch(
        (error: unknown): ShipmentAnswer => ({ ok: false, again: true, reason: `fault: ${String(error)}` }),
      );
    if (answer.ok) return this.#sent(head, answer);
    if (!answer.again) return this.#abandon(head, { reason: answer.reason, because: 'refused' });
    if (clock.nowMs() - head.queuedAtMs >= GIVE_UP_AFTER_MS)
      return this.#abandon(head, { reason: answer.reason, because: 'expired' });
    return this.#postpone(head, answer);
  }

  /** Where a parcel goes. In a channel all that was queued earlier is settled: what has no stamp was never sent. */
  async #shipmentOf(head: QueuedParcel): Promise<Shipment | { readonly orphan: string }> {
    const { parcel, progress, sequence } = head;
    const { state, clock } = this.#context;
    const { key } = parcel;
    const needed = parcel.kind === 'update' ? parcel.target : parcel.inThreadOf;
    const stamp = needed === undefined ? undefined : await state.stamps.find(needed);
    if (needed !== undefined && !stamp)
      return { orphan: `the message ${needed} that it belongs to was not delivered` };
    const channel = stamp?.channel ?? parcel.channel;
    if (parcel.kind === 'update')
      return { key, channel, kind: 'update', ts: stamp?.ts ?? '', message: parcel.message };
    const threadTs = stamp?.ts ?? parcel.threadTs;
    const place = { key, channel, ...(threadTs !== undefined && { threadTs }) };
    if (parcel.kind === 'post') return { ...place, kind: 'post', message: parcel.message };
    return {
      ...place,
      kind: 'upload',
      file: parcel.file,
      ...(progress !== undefined && { progress }),
      keepProgress: done => state.outbox.retry(sequence, clock.nowMs(), 'under way', done),
    };
  }

  async #sent(head: QueuedParcel, { ts, channel }: Arrived): Promise<void> {
    const { state, clock, events } = this.#context;
    const { parcel, sequence } = head;
    const atMs = clock.nowMs();
    await state.atomically(async within => {
      if (await isReplaced(head, within)) return;
      if (parcel.kind === 'post' && ts !== undefined)
        await within.stamps.keep({
          key: parcel.key,
          incidentId: parcel.incidentId,
          channel: channel ?? parcel.channel,
          ts,
        });
      await within.outbox.sent(sequence, atMs);
    });
    events?.sent?.(parcel, Math.max(0, atMs - head.queuedAtMs));
  }

  async #postpone(head: QueuedParcel, answer: Again): Promise<void> {
    const { state, clock, events } = this.#context;
    const { parcel, sequence, attempts } = head;
    const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 10));
    const { afterMs = 0 } = answer;
    const dueAtMs = clock.nowMs() + (afterMs > 0 ? afterMs : backoffMs);
    if (afterMs > 0) this.#pausedUntilMs.set(parcel.channel, dueAtMs);
    await state.outbox.retry(sequence, dueAtMs, answer.reason, answer.progress ?? head.progress);
    events?.postponed?.(parcel, answer.reason, dueAtMs);
  }

  async #abandon(head: QueuedParcel, abandonment: Abandonment): Promise<void> {
    const { state, clock, events } = this.#context;
    const given = await state.atomically(async within => {
      if (await isReplaced(head, within)) return false;
      await within.outbox.abandon(head.sequence, abandonment.reason, clock.nowMs());
      return true;
    });
    if (given) events?.abandoned?.(head.parcel, abandonment);
  }
}

/** An edit can be replaced by a newer one while it is on its way: then the newer one is still to be delivered. */
async function isReplaced({ parcel, sequence }: QueuedParcel, state: State): Promise<boolean> {
  if (parcel.kind !== 'update') return false;
  const head = (await state.outbox.heads()).find(h => h.parcel.channel === parcel.channel);
  if (head?.sequence !== sequence || head.parcel.kind !== 'update') return true;
  return JSON.stringify(head.parcel.message) !== JSON.stringify(parcel.message);
}
