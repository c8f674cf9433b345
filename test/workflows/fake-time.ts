import type { Clock, Timer } from '../../src/workflows/ports.ts';

/** A clock and timers that only move when a test says so. */
export class FakeTime implements Clock, Timer {
  #nowMs: number;
  #calls: { readonly atMs: number; readonly call: () => void }[] = [];

  constructor(nowMs = Date.parse('2026-11-22T10:30:00Z')) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const entry = { atMs: this.#nowMs + Math.max(0, delayMs), call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter(other => other !== entry);
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise(resolve => this.after(delayMs, resolve));
  }

  get pending(): number {
    return this.#calls.length;
  }

  /** Lets everything that is ready happen, then moves on to the next timer, until `ms` have passed. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const next = this.#calls.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > untilMs) break;
      this.#calls.splice(this.#calls.indexOf(next), 1);
      this.#nowMs = next.atMs;
      next.call();
    }
    this.#nowMs = untilMs;
  }
}

/** Every write of the state gives way once; more than this many never follow each other in a test. */
const TURNS = 40;

/** Until no promise is left that could go on by itself. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(resolve => setImmediate(resolve));
}
