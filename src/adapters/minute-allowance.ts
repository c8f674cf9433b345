/** How many things may come in a minute: so many at once, and one more each time a share of the minute has passed. */
export class MinuteAllowance {
  readonly #perMinute: number;
  #left: number;
  #atMs: number;

  constructor(perMinute: number, nowMs: number) {
    this.#perMinute = perMinute;
    this.#left = perMinute;
    this.#atMs = nowMs;
  }

  /** Takes one; otherwise the seconds after which there is one again. */
  take(nowMs: number): { readonly ok: true } | { readonly ok: false; readonly afterSeconds: number } {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#perMinute, this.#left + (passedMs * this.#perMinute) / 60_000);
    this.#atMs = nowMs;
    if (this.#left < 1)
      return { ok: false, afterSeconds: Math.ceil(((1 - this.#left) * 60) / this.#perMinute) };
    this.#left -= 1;
    return { ok: true };
  }
}
