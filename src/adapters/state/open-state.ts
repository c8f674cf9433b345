import type { Clock } from '../../workflows/ports.ts';
import type { Incidents, Outbox, Retention, Stamps, State } from '../../workflows/state-ports.ts';
import { KeptState } from './kept-state.ts';
import { assertLease, freeLease, prolongLease, takeLease } from './lease.ts';
import { migrate, refuseOther } from './migrating.ts';
import { standingSession } from './session.ts';
import { SqliteFile } from './sqlite-file.ts';
import { makeFile, makeFolder, openForReading, refuseForeign, stateFile } from './state-folder.ts';
import { StateProblem } from './state-problem.ts';

/** How long an owner that cannot be seen is waited for; renew several times within. */
export const LEASE_MS = 60_000;

export interface StateOptions {
  readonly clock: Clock;
  /** How long the lease lasts without being renewed; a minute when not said. */
  readonly leaseMs?: number;
}

/** The state while this process owns it. */
export interface OpenedState extends State {
  /** Rises with every owner. */
  readonly epoch: number;
  /** To be called several times per lease. False: another process took over, and this one must stop. */
  renewLease(): Promise<boolean>;
  /** Waits for what is under way, leaves the state to the next, and closes it. */
  close(): Promise<void>;
}

/** What can be seen of a state that another process may be working with. */
export interface StateReading {
  readonly incidents: Pick<Incidents, 'run' | 'running' | 'document' | 'latest' | 'runOfThread' | 'feedback'>;
  readonly stamps: Pick<Stamps, 'find'>;
  readonly outbox: Pick<Outbox, 'backlog'>;
  close(): Promise<void>;
}

/**
 * Opens the state of a folder, made new or brought up to date where needed, for this process alone.
 * @throws StateProblem when another process owns it, when it is newer than this version, damaged, not ours, or
 * cannot be written
 */
export async function openState(folder: string, options: StateOptions): Promise<OpenedState> {
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
      await migrate(db, path);
      return takeLease(db, path, options.clock.nowMs(), leaseMs);
    });
    file.useLog();
    return new OwnedState(file, epoch, options.clock, leaseMs);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens the state of a folder to look at it, whoever owns it. */
export async function openStateForReading(folder: string): Promise<StateReading> {
  const file = await openForReading(stateFile(folder));
  try {
    await refuseOther(file.db, file.path);
    const { incidents, stamps, outbox } = new KeptState(standingSession(file.db, async () => {}));
    return { incidents, stamps, outbox, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

class OwnedState extends KeptState implements OpenedState {
  readonly epoch: number;
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #leaseMs: number;

  constructor(file: SqliteFile, epoch: number, clock: Clock, leaseMs: number) {
    super(standingSession(file.db, db => assertLease(db, file.path, epoch)));
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
        await assertLease(db, this.#file.path, this.epoch);
        await work(db);
      });
      return true;
    } catch (error) {
      if (error instanceof StateProblem && error.kind === 'ownership-lost') return false;
      throw error;
    }
  }
}
