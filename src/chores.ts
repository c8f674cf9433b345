import type { Chore } from './adapters/housekeeping.ts';
import type { Settings } from './adapters/settings.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import type { Watching } from './watching.ts';
import type { DiagnosisRuns } from './workflows/diagnosis-runs.ts';
import type { Clock, Log } from './workflows/ports.ts';

export interface ChoresOptions {
  readonly state: OpenedState;
  readonly settings: Settings;
  readonly runs: DiagnosisRuns;
  readonly watching?: Watching;
  readonly clock: Clock;
  readonly log: Log;
  /** Another process took the state over. */
  lost(): void;
}

const DAY_MS = 86_400_000;
/** Slack gives up a retried delivery after about an hour; a copied request must be refused for a day. */
const DELIVERIES_DAYS = 1;

/** What the service does by the clock. */
export function choresOf({ state, settings, runs, watching, clock, log, lost }: ChoresOptions): Chore[] {
  const { evidenceDays, incidentDays } = settings.retention;
  return [
    {
      name: 'renew the lease of the state',
      at: '*/15 * * * * *',
      async perform() {
        if (await state.renewLease()) return;
        log.error({}, 'another process took the state over');
        lost();
      },
    },
    {
      name: 'delete what retention no longer covers',
      at: '17 * * * *',
      async perform() {
        const gone = await state.purge(clock.nowMs(), {
          deliveriesMs: DELIVERIES_DAYS * DAY_MS,
          evidenceMs: evidenceDays * DAY_MS,
          incidentsMs: incidentDays * DAY_MS,
        });
        log.info(gone, 'deleted what retention no longer covers');
      },
    },
    ...(watching === undefined
      ? []
      : [
          {
            name: 'fold samples',
            // A minute after the hour's samples have stopped to come, and then whatever came late.
            at: '40 6-59/10 * * * *',
            async perform() {
              log.info(await watching.fold(), 'folded samples');
            },
          },
        ]),
    // Alone with its state, a process finds at its start what its forerunner left; the dead among several are nobody's.
    ...(settings.databaseUrl === undefined
      ? []
      : [{ name: 'take over diagnoses', at: '25 * * * * *', perform: () => runs.resume() }]),
  ];
}
