/** Lets so many work at the same time and has the others wait, first come first served. */
export class Turns {
  readonly #limit: number;
  readonly #waiting: ((turn: boolean) => void)[] = [];
  #taken = 0;
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True once it is our turn, which must be given back; false when turns ended before ours came. */
  take(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (this.#taken < this.#limit) {
      this.#taken++;
      return Promise.resolve(true);
    }
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next(true);
    else this.#taken--;
  }

  /** Nobody gets a turn any more; who has one keeps it. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting(false);
  }

  get counts(): { readonly taken: number; readonly waiting: number } {
    return { taken: this.#taken, waiting: this.#waiting.length };
  }
}
