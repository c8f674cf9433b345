import type { Clock } from '../../workflows/ports.ts';
import type { Leases, Samples, ServerNotes } from '../../workflows/sample-ports.ts';
import type { Retention } from '../../workflows/state-ports.ts';
import { KeptState } from './kept-state.ts';
import { assertLease, freeLease, prolongLease, takeLease } from './lease.ts';
import { migrate } from './migrating.ts';
import { LEASE_MS, type StateOptions, type WorkingState } from './opened-state.ts';
import { SampleStore } from './samples/sample-store.ts';
import { ServerLeases } from './samples/server-leases.ts';
import { ServerNoteStore } from './samples/server-notes.ts';
import { type Session, standingSession } from './session.ts';
import { SqliteFile } from './sqlite-file.ts';
import { makeFile, makeFolder, refuseForeign, stateFile } from './state-folder.ts';
import { StateProblem } from './state-problem.ts';

/** Opens the state of a folder for this process alone. */
export async function openOwnedState(folder: string, options: StateOptions): Promise<WorkingState> {
  const path = stateFile(folder);
  const leaseMs = options.leaseMs ?? LEASE_MS;
  await makeFolder(folder);
  await makeFile(path);
  const file = new SqliteFile(path, 'writing');
  try {
    refuseForeign(file, path, true);
    // All or nothing: where the owner lives, its tables are not touched.
    const epoch = await file.db.transaction().execute(async db => {
      file.mark();
      await migrate(db, file);
      return takeLease(db, path, options.clock.nowMs(), leaseMs);
    });
    file.useLog();
    return new OwnedState(file, epoch, options, leaseMs);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class OwnedState extends KeptState implements WorkingState {
  readonly epoch: number;
  readonly session: Session;
  readonly samples: Samples;
  readonly leases: Leases;
  readonly notes: ServerNotes;
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #leaseMs: number;

  constructor(file: SqliteFile, epoch: number, { clock, uptimeMs }: StateOptions, leaseMs: number) {
    const session = standingSession(file, db => assertLease(db, file.calledPlace, epoch), {
      ...(uptimeMs && { watchedClock: { nowMs: () => clock.nowMs(), uptimeMs } }),
    });
    super(session);
    this.session = session;
    this.samples = new SampleStore(session, file);
    this.leases = new ServerLeases(session, file);
    this.notes = new ServerNoteStore(session);
    this.epoch = epoch;
    this.#file = file;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  override async purge(nowMs: number, retention: Retention): Promise<Readonly<Record<string, number>>> {
    const gone = await super.purge(nowMs, retention);
    // Until then the log still holds the pages as they were.
    this.#file.trimLog();
    return gone;
  }

  async renewLease(): Promise<boolean> {
    return this.#asOwner(db => prolongLease(db, this.epoch, this.#clock.nowMs() + this.#leaseMs));
  }

  async close(): Promise<void> {
    try {
      await this.#asOwner(db => freeLease(db, this.epoch));
    } catch (error) {
      // On a full disk the lease stays; that of a process which has ended is taken over all the same.
      if (!(error instanceof StateProblem)) throw error;
    } finally {
      await this.#file.close();
    }
  }

  async #asOwner(work: (db: SqliteFile['db']) => Promise<void>): Promise<boolean> {
    try {
      await this.#file.db.transaction().execute(async db => {
        await assertLease(db, this.#file.calledPlace, this.epoch);
        await work(db);
      });
      return true;
    } catch (error) {
      if (error instanceof StateProblem && error.kind === 'ownership-lost') return false;
      throw error;
    }
  }
}
