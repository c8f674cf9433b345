/** Slack takes about one message a second per channel and bears short bursts (chat.postMessage, rate limits). */
const EVERY_MS = 1_000;
const BURST = 3;

/** How much may be posted into each channel: a small burst at once, then one a second. */
export class PostAllowance {
  /** When the allowance of a channel would be full again. */
  readonly #fullAtMs = new Map<string, number>();

  /** When the next post may go; not later than `nowMs` when it may go now. */
  readyAtMs(channel: string, nowMs: number): number {
    return this.#fullAt(channel, nowMs) - (BURST - 1) * EVERY_MS;
  }

  take(channel: string, nowMs: number): void {
    this.#fullAtMs.set(channel, Math.max(this.#fullAt(channel, nowMs), nowMs) + EVERY_MS);
    for (const [other, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(other);
  }

  /** A clock that was set back must not hold a channel up: more than a used-up burst is never owed. */
  #fullAt(channel: string, nowMs: number): number {
    return Math.min(this.#fullAtMs.get(channel) ?? nowMs, nowMs + BURST * EVERY_MS);
  }
}
