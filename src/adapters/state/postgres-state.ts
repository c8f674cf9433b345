import type { Leases, Samples, ServerNotes } from '../../workflows/sample-ports.ts';
import { KeptState } from './kept-state.ts';
import { migrate, tablesIn } from './migrating.ts';
import { LEASE_MS, type StateOptions, type WorkingState } from './opened-state.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { SampleStore } from './samples/sample-store.ts';
import { ServerLeases } from './samples/server-leases.ts';
import { ServerNoteStore } from './samples/server-notes.ts';
import { type Session, standingSession } from './session.ts';
import { joinProcesses, leaveProcesses, type Sharing, stayAlive } from './sharing.ts';
import { StateProblem } from './state-problem.ts';

/** Opens the state in a PostgreSQL database for this process, as one of several. */
export async function openSharedState(address: string, options: StateOptions): Promise<WorkingState> {
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const database = await PostgresDatabase.connect(address);
  try {
    await refuseForeign(database, true);
    await database.db.transaction().execute(async db => {
      await database.lockMigrations(db);
      await migrate(db, database);
    });
    const now = database.now();
    const process = await database.db.transaction().execute(db => joinProcesses(db, now, leaseMs));
    return new SharedState(database, { process, now }, leaseMs);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens a database that must hold a state of ours. */
export async function openForReading(address: string): Promise<PostgresDatabase> {
  const database = await PostgresDatabase.connect(address);
  try {
    await refuseForeign(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class SharedState extends KeptState implements WorkingState {
  readonly epoch: number;
  readonly session: Session;
  readonly samples: Samples;
  readonly leases: Leases;
  readonly notes: ServerNotes;
  readonly #database: PostgresDatabase;
  readonly #sharing: Sharing;
  readonly #leaseMs: number;

  constructor(database: PostgresDatabase, sharing: Sharing, leaseMs: number) {
    const session = standingSession(database, async () => {}, { sharing });
    super(session);
    this.session = session;
    this.samples = new SampleStore(session, database);
    this.leases = new ServerLeases(session, database);
    this.notes = new ServerNoteStore(session);
    this.epoch = sharing.process;
    this.#database = database;
    this.#sharing = sharing;
    this.#leaseMs = leaseMs;
  }

  async renewLease(): Promise<boolean> {
    await this.#database.db.transaction().execute(db => stayAlive(db, this.#sharing, this.#leaseMs));
    return true;
  }

  async close(): Promise<void> {
    try {
      await this.#database.db.transaction().execute(db => leaveProcesses(db, this.#sharing));
    } catch (error) {
      // Out of reach: the others go on when the lease has run out.
      if (!(error instanceof StateProblem)) throw error;
    } finally {
      await this.#database.close();
    }
  }
}

async function refuseForeign(database: PostgresDatabase, emptyIsFine = false): Promise<void> {
  const { ours, names } = await tablesIn(database);
  if (ours || (emptyIsFine && names.length === 0)) return;
  throw new StateProblem(
    names.length === 0 ? 'absent' : 'foreign',
    names.length === 0
      ? `${database.calledPlace} is empty: Staunch has not run with it yet.`
      : `${database.calledPlace} holds tables of another program (${names.slice(0, 3).join(', ')}). Nothing was ` +
          `changed in it. Give Staunch a database of its own ("createdb staunch").`,
  );
}
