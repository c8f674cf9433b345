import cron, { type ScheduledTask } from 'node-cron';
import type { Log } from '../workflows/ports.ts';

export interface WatchScheduleOptions {
  /** Samples everything; called once a minute. */
  tick(): Promise<{ readonly overlapped: boolean }>;
  /** Keeps our servers ours; called every few seconds. */
  renew(): Promise<void>;
  readonly log: Log;
}

/** Four times within a lease of 20 s: a process that dies is replaced within half a minute. */
const RENEW_EVERY_MS = 5_000;
/** Several processes, and several installations, do not ask in the same second. */
const LATEST_SECOND = 20;
const JITTER_MS = 900;

/** Drives the watch by the clock: the same second of every minute, chosen at the start, and a little chance. */
export class WatchSchedule {
  readonly #minute: ScheduledTask;
  readonly #renewal: NodeJS.Timeout;

  constructor({ tick, renew, log }: WatchScheduleOptions) {
    const second = Math.floor(Math.random() * LATEST_SECOND);
    const late = {
      warn: (said: string) => log.warn({ said }, 'a minute of the watch was not begun in time'),
    };
    const said = (words: string | Error) => (words instanceof Error ? words.message : words);
    this.#minute = cron.schedule(
      `${second} * * * * *`,
      async () => {
        try {
          const { overlapped } = await tick();
          if (overlapped) log.warn({}, 'a minute of the watch was left out: the one before still went on');
        } catch (error) {
          log.error({ err: error }, 'a minute of the watch failed');
        }
      },
      {
        name: 'watch',
        noOverlap: true,
        maxRandomDelay: JITTER_MS,
        // UTC has no hour that comes twice.
        timezone: 'Etc/UTC',
        logger: {
          debug() {},
          info() {},
          ...late,
          error: words => log.error({ said: said(words) }, 'a minute of the watch could not be begun'),
        },
      },
    );
    this.#renewal = setInterval(() => void renew(), RENEW_EVERY_MS);
    void renew();
  }

  /** Begins nothing more; what goes on is the watch's own to stop. */
  async stop(): Promise<void> {
    clearInterval(this.#renewal);
    await this.#minute.destroy();
  }
}
