import { KeptState } from './kept-state.ts';
import { refuseOther } from './migrating.ts';
import type { OpenedState, StateOptions, StateReading, WorkingState } from './opened-state.ts';
import { isPostgresAddress } from './postgres-address.ts';
import { openForReading as openPostgresForReading, openSharedState } from './postgres-state.ts';
import { checkAudit } from './remediation/audit-check.ts';
import { SampleStore } from './samples/sample-store.ts';
import { ServerNoteStore } from './samples/server-notes.ts';
import { standingSession } from './session.ts';
import { openOwnedState } from './sqlite-state.ts';
import type { StateDatabase } from './state-database.ts';
import { openForReading, stateFile } from './state-folder.ts';

export type { OpenedState, StateOptions, StateReading } from './opened-state.ts';

/**
 * Opens the state, made new or brought up to date where needed.
 * @param place a folder, for this process alone; or the address of a PostgreSQL database (postgres://…), which
 * several processes may share
 * @throws StateProblem when another process owns it, when it is newer than this version, damaged, not ours, or
 * cannot be reached or written
 */
export async function openState(place: string, options: StateOptions): Promise<OpenedState> {
  return openToWork(place, options);
}

/** As `openState`, for what deals with all tables at once. */
export async function openToWork(place: string, options: StateOptions): Promise<WorkingState> {
  return isPostgresAddress(place) ? openSharedState(place, options) : openOwnedState(place, options);
}

/** Opens the state to look at it, whoever works with it. */
export async function openStateForReading(place: string): Promise<StateReading> {
  const database = await openDatabaseForReading(place);
  try {
    await refuseOther(database);
    const session = standingSession(database, async () => {});
    const { incidents, standings, stamps, outbox, remediations, audit, warnings, looks } = new KeptState(
      session,
    );
    const samples = new SampleStore(session, database);
    const notes = new ServerNoteStore(session);
    return {
      ...{ incidents, standings, stamps, outbox, samples, remediations, warnings, looks, notes },
      audit: {
        entries: (from, limit) => audit.entries(from, limit),
        head: () => audit.head(),
        lastOf: kind => audit.lastOf(kind),
        check: anchors => database.snapshot(db => checkAudit(db, anchors)),
      },
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The database of a state that is there, to look at whatever is in it. */
export async function openDatabaseForReading(place: string): Promise<StateDatabase> {
  return isPostgresAddress(place) ? openPostgresForReading(place) : openForReading(stateFile(place));
}
