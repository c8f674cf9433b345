import cron, { type ScheduledTask } from 'node-cron';
import type { Log } from '../workflows/ports.ts';

export interface Chore {
  readonly name: string;
  /** When, in cron's five or six fields. */
  readonly at: string;
  perform(): Promise<void>;
}

/** Does chores by the clock, none twice at a time. A chore that fails is in the log and done again next time. */
export class Housekeeping {
  readonly #tasks: readonly ScheduledTask[];

  constructor(chores: readonly Chore[], log: Log) {
    this.#tasks = chores.map(chore =>
      cron.schedule(
        chore.at,
        async () => {
          try {
            await chore.perform();
          } catch (error) {
            log.error({ err: error, chore: chore.name }, 'a chore failed');
          }
        },
        { name: chore.name, noOverlap: true },
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map(task => task.destroy()));
  }
}
