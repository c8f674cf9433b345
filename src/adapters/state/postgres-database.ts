import {
  type Expression,
  Kysely,
  type PostgresClient,
  PostgresDialect,
  type PostgresPool,
  sql,
} from 'kysely';
import { Pool, types } from 'pg';
import { calledAddress, driverAddress } from './postgres-address.ts';
import { postgresInWords } from './postgres-problem.ts';
import type { StateDatabase } from './state-database.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** A diagnosis, a delivery, the watch and Slack's questions side by side; a server allows 100 by default. */
const MOST_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** Ours take a few ms; a fold of many hours after an outage is the longest. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A process that is stopped in the middle of a change must not keep the others waiting. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** When the network is gone nobody tells: our own end of waiting, after the server's. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** "Staunch" as a number: who brings the tables up to date, one at a time. */
const MIGRATION_LOCK = 5_648_862;

/** One PostgreSQL database through a pool. All SQL that only PostgreSQL understands is in here. */
export class PostgresDatabase implements StateDatabase {
  readonly calledPlace: string;
  readonly db: Kysely<Tables>;
  readonly schema: string;

  private constructor(calledPlace: string, db: Kysely<Tables>, schema: string) {
    this.calledPlace = calledPlace;
    this.db = db;
    this.schema = schema;
  }

  /** @throws StateProblem when it cannot be reached, or is not what our tables can live in */
  static async connect(address: string): Promise<PostgresDatabase> {
    const calledPlace = calledAddress(address);
    const pool = poolOf(address);
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: wordedPool(pool, calledPlace) }) });
    try {
      return new PostgresDatabase(calledPlace, db, await schemaOf(db, calledPlace));
    } catch (error) {
      await db.destroy();
      throw error;
    }
  }

  now(): Expression<number> {
    return sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  }

  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(work);
  }

  unsynced<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(async transaction => {
      await sql`set local synchronous_commit = off`.execute(transaction);
      return work(transaction);
    });
  }

  /** Others who bring the tables up to date wait until the transaction of `db` ends. */
  async lockMigrations(db: Kysely<Tables>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
  }

  /** The server watches over that itself; what it cannot read it refuses to give. */
  damage(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}

function poolOf(address: string): Pool {
  const pool = new Pool({
    connectionString: driverAddress(address),
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'staunch',
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: typeParser as typeof types.getTypeParser },
  });
  // A connection that waits unused and breaks is thrown away by the pool; the next one that is asked for tells.
  pool.on('error', () => {});
  return pool;
}

/** Our numbers in bigint columns are times and counts, far below 2^53. */
function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === types.builtins.INT8 && format !== 'binary') return Number;
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
}

/** The pool in the shape that Kysely asks for, with errors in words. */
function wordedPool(pool: Pool, place: string): PostgresPool {
  const worded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw postgresInWords(error, place);
    }
  };
  type Client = Awaited<ReturnType<PostgresPool['connect']>>;
  // Kysely knows a connection again by its object.
  const known = new WeakMap<object, Client>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await worded(() => pool.connect());
      // While it is ours the pool does not listen; the statement that is under way tells of the break.
      if (client.listenerCount('error') === 0) client.on('error', () => {});
      const before = known.get(client);
      if (before) return before;
      let reason: unknown;
      // Kysely asks by text and parameters; cursors, the other way, we have no use for.
      const query = (text: string, parameters: readonly unknown[]): Promise<unknown> =>
        worded(async () => {
          try {
            return await client.query(text, parameters.map(storable));
          } catch (error) {
            // What follows a failure in a transaction only says that there was one.
            if (!isConsequence(error)) reason = error;
            throw reason ?? error;
          }
        });
      const shaped: Client = {
        query: query as PostgresClient['query'],
        release: destroy => client.release(destroy),
      };
      known.set(client, shaped);
      return shaped;
    },
  };
}

/** in_failed_sql_transaction. */
function isConsequence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02';
}

/** PostgreSQL's text holds no NUL. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}

async function schemaOf(db: Kysely<Tables>, place: string): Promise<string> {
  const { rows } = await sql<{ schema: string | null; encoding: string }>`
    select current_schema() as schema, current_setting('server_encoding') as encoding`.execute(db);
  const { schema, encoding } = rows[0] ?? { schema: null, encoding: '' };
  if (encoding !== 'UTF8') {
    throw new StateProblem(
      'foreign',
      `${place} stores text as ${encoding}; Staunch needs UTF8. Create a database with "createdb -E UTF8 -T template0".`,
    );
  }
  if (schema === null) {
    throw new StateProblem(
      'absent',
      `${place} has no schema to put tables in. Create the one that its search_path names, or "public".`,
    );
  }
  return schema;
}
