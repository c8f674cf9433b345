import type { Progress } from './investigation.ts';
import type { Clock, Timer } from './ports.ts';
import type { ServerProgress } from './surface-ports.ts';

/** What pacing needs of the outside. */
export interface RunProgressContext {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Least time between two edits, asked before each: it grows with what else is edited. */
  everyMs(): number;
  /** Queues an edit. Never throws. */
  edit(servers: ServerProgress): Promise<void>;
}

/** Gathers how the servers of one run get on, and edits at a bearable pace: at once, then after each pause. */
export class RunProgress {
  readonly #context: RunProgressContext;
  readonly #servers = new Map<string, Progress>();
  #editedAtMs: number | undefined;
  #takeBack: (() => void) | undefined;
  #editing: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(context: RunProgressContext) {
    this.#context = context;
  }

  get servers(): ServerProgress {
    return this.#servers;
  }

  show(progress: Progress): void {
    if (this.#ended) return;
    const before = this.#servers.get(progress.server);
    this.#servers.set(progress.server, progress);
    const said =
      before?.state === progress.state && (before.state === 'asking' || before.state === 'connecting');
    if (said || this.#takeBack) return;
    const { clock, timer, everyMs } = this.#context;
    const waitMs =
      this.#editedAtMs === undefined ? 0 : Math.max(0, this.#editedAtMs + everyMs() - clock.nowMs());
    this.#takeBack = timer.after(waitMs, () => {
      this.#takeBack = undefined;
      this.#edit();
    });
  }

  /** No edit comes after this: the last word is the caller's. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#takeBack?.();
    this.#takeBack = undefined;
    await this.#editing;
  }

  #edit(): void {
    this.#editedAtMs = this.#context.clock.nowMs();
    const servers = new Map(this.#servers);
    // One after the other: an older state of the servers must not be queued after a newer one.
    this.#editing = this.#editing.then(() => this.#context.edit(servers));
  }
}
