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
        { name: chore.name, noOverlap: true, logger: cronLogger(chore.name, log) },
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map(task => task.destroy()));
  }
}

/** The scheduler's own words (a time missed, a chore that still goes on) in our log instead of on the terminal. */
function cronLogger(chore: string, log: Log) {
  const said = (words: string | Error) => (words instanceof Error ? words.message : words);
  return {
    debug() {},
    info() {},
    warn: (words: string) => log.warn({ chore, said: words }, 'a chore was not begun in time'),
    error: (words: string | Error) => log.error({ chore, said: said(words) }, 'a chore could not be begun'),
  };
}
