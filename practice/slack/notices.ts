const KEPT = 50;

/** What the app was told lately: deliveries that nobody acknowledged, calls that were refused. */
export class Notices {
  readonly list: { readonly atMs: number; readonly text: string }[] = [];
  readonly #nowMs: () => number;
  readonly #changed: () => void;

  constructor(world: { readonly nowMs: () => number; readonly changed: () => void }) {
    this.#nowMs = world.nowMs;
    this.#changed = world.changed;
  }

  add(text: string): void {
    this.list.push({ atMs: this.#nowMs(), text });
    if (this.list.length > KEPT) this.list.shift();
    this.#changed();
  }
}
