import type { ApplyPorts } from './apply-ports.ts';
import { ApplyRun, isUnderWay } from './apply-run.ts';

interface Active {
  readonly run: ApplyRun;
  readonly done: Promise<'ended' | 'left'>;
}

/** All changes that are being carried out by this process; several at once, of different services. */
export class ApplyRuns {
  readonly #ports: ApplyPorts;
  readonly #active = new Map<string, Active>();
  #draining = false;

  constructor(ports: ApplyPorts) {
    this.#ports = ports;
  }

  /**
   * Begins what is approved and goes on with what a crash cut off. Where several processes share the state, a step is
   * taken by whoever stores it first, and one that another living process is at is left to it.
   */
  async look(): Promise<void> {
    if (this.#draining) return;
    const { state, log } = this.#ports;
    try {
      const { remediations } = state;
      const going = await remediations.inState(['approved', 'applying']);
      const free = new Set((await remediations.underWay()).map(step => step.proposalId));
      for (const { id, state: standing } of going) {
        if (this.#active.has(id)) continue;
        // One that another living process is at is that one's.
        const isFree = standing === 'approved' || free.has(id) || !(await this.#isUnderWay(id));
        if (isFree) this.#begin(id);
      }
    } catch (error) {
      log.error({ err: error }, 'the changes that are approved could not be read');
    }
  }

  get running(): number {
    return this.#active.size;
  }

  /** Leaves everything between two steps for the next start, at most within one call to a server. */
  async drain(waitMs: number): Promise<void> {
    this.#draining = true;
    for (const { run } of this.#active.values()) run.leave();
    const timeIsUp = Promise.withResolvers<void>();
    const takeBack = this.#ports.timer.after(waitMs, timeIsUp.resolve);
    await Promise.race([Promise.all([...this.#active.values()].map(each => each.done)), timeIsUp.promise]);
    takeBack();
  }

  async #isUnderWay(id: string): Promise<boolean> {
    return (await this.#ports.state.remediations.steps(id)).some(isUnderWay);
  }

  #begin(id: string): void {
    if (this.#active.has(id) || this.#draining) return;
    const run = new ApplyRun(id, this.#ports);
    const done = run.perform().finally(() => this.#active.delete(id));
    this.#active.set(id, { run, done });
  }
}
