import { statePlace } from './settings.ts';
import { openStateForReading, type StateReading } from './state/open-state.ts';
import { StateProblem } from './state/state-problem.ts';

/** Opens the state that the environment names, to look at what the watch has kept; a refusal is an answer. */
export async function openWatchedState(
  environment: NodeJS.ProcessEnv,
): Promise<
  { readonly ok: true; readonly state: StateReading } | { readonly ok: false; readonly problem: string }
> {
  const where = statePlace(environment);
  if (!where.ok) return where;
  try {
    return { ok: true, state: await openStateForReading(where.place) };
  } catch (error) {
    if (!(error instanceof StateProblem)) throw error;
    if (error.kind !== 'absent') return { ok: false, problem: error.message };
    return {
      ok: false,
      problem: `Nothing was sampled yet: ${where.place.startsWith('postgres') ? 'the database is empty' : `there is no state in ${where.place}`}. The watch of "staunch start" samples every minute, and can tell growth after about four hours. Is it kept elsewhere? Set STAUNCH_STATE_DIR or STAUNCH_DATABASE_URL as the service has it.`,
    };
  }
}
