/** A number of places that are taken and given back; who finds none waits in line. */
export class Slots {
  #limit: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Places left from now on; those already taken stay taken. */
  lower(limit: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, limit));
  }

  /** Waits for a place. Returns how to give it back (once), or `undefined` when cancelled. */
  async take(cancel: AbortSignal): Promise<(() => void) | undefined> {
    while (!cancel.aborted && this.#taken >= this.#limit) await this.#turn(cancel);
    if (cancel.aborted) {
      this.#wakeNext(); // the turn may have been ours
      return undefined;
    }
    this.#taken++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken--;
      this.#wakeNext();
    };
  }

  #wakeNext(): void {
    if (this.#taken < this.#limit) this.#waiting.shift()?.();
  }

  #turn(cancel: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        cancel.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        const at = this.#waiting.indexOf(wake);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve();
      };
      cancel.addEventListener('abort', leave, { once: true });
      this.#waiting.push(wake);
    });
  }
}
