import type { Expression, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A database that holds a state, whatever engine is under it. */
export interface StateDatabase {
  readonly db: Kysely<Tables>;
  /** How people know it: a path, or an address without its password. */
  readonly calledPlace: string;
  /** The schema that our tables are in, where there may be others. */
  readonly schema?: string;
  /**
   * The time by which leases are judged, epoch ms: the database's own where several processes share it, whose
   * clocks may differ; else the caller's.
   */
  now(callersNowMs: number): Expression<number>;
  /** What several reads see is one moment. */
  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** A transaction that a power cut may take back, and nothing else; it does not wait for the disk. */
  unsynced<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The first complaint about how rows are stored or refer to each other; undefined when it is sound. */
  damage(): string | undefined;
  close(): Promise<void>;
}
