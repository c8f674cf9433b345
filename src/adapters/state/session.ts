import type { Kysely } from 'kysely';
import type { WatchedClock } from './remediation/clock-runs.ts';
import type { Sharing } from './sharing.ts';
import type { StateDatabase } from './state-database.ts';
import type { Tables } from './tables.ts';

/** How a store reaches the tables. */
export interface Session {
  /** For reading. */
  readonly db: Kysely<Tables>;
  /** Present where other processes may be at work with the same state. */
  readonly sharing?: Sharing;
  /** Present where one machine's clock decides what is past its time, and may be set meanwhile. */
  readonly watchedClock?: WatchedClock;
  /** For writing: one transaction, all or nothing; within one already, a part of it. */
  write<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** As `write`, but a power cut may take it back; within a transaction already, as lasting as that. */
  writeUnsynced<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
}

/**
 * `node:sqlite` answers at once, so that writes which wait for each other would follow without a pause: a click
 * that arrives meanwhile must be acknowledged between two of them, not after the last.
 */
const breath = () => new Promise<void>(resolve => setImmediate(resolve));

/**
 * Writes in transactions of its own.
 * @param fence throws when this process may not write any more; asked first in every transaction
 */
export function standingSession(
  database: Pick<StateDatabase, 'db' | 'unsynced'>,
  fence: (db: Kysely<Tables>) => Promise<void>,
  surroundings: Pick<Session, 'sharing' | 'watchedClock'> = {},
): Session {
  const { db } = database;
  const fenced =
    <T>(work: (transaction: Kysely<Tables>) => Promise<T>) =>
    async (transaction: Kysely<Tables>) => {
      await breath();
      await fence(transaction);
      return work(transaction);
    };
  return {
    ...surroundings,
    db,
    write: work => db.transaction().execute(fenced(work)),
    writeUnsynced: work => database.unsynced(fenced(work)),
  };
}

/**
 * Does `work` within a transaction that has begun. One write that failed fails the whole, even when `work`
 * caught the error: half of a change is never kept.
 */
export async function joined<T>(
  db: Kysely<Tables>,
  outer: Session,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const failures: unknown[] = [];
  const write: Session['write'] = async part => {
    try {
      return await part(db);
    } catch (error) {
      failures.push(error);
      throw error;
    }
  };
  const result = await work({ ...outer, db, write, writeUnsynced: write });
  if (failures.length > 0) throw failures[0];
  return result;
}
