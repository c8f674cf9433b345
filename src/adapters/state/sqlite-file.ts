import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  type Expression,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
  sql,
} from 'kysely';
import type { StateDatabase } from './state-database.ts';
import { inWords, StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** "STNC" in the header, so that a state file is told from any other SQLite file. */
const APPLICATION_ID = 0x53_54_4e_43;
/** How long a statement waits for another process's write. Ours take a few ms. */
const BUSY_TIMEOUT_MS = 5_000;

type Parameter = string | number | bigint | null | Uint8Array;

/** One SQLite file, opened. All SQL that only SQLite understands is in here. */
export class SqliteFile implements StateDatabase {
  readonly calledPlace: string;
  readonly db: Kysely<Tables>;
  readonly #raw: DatabaseSync;

  /** @param use `writing` makes the file when it is not there, with the mode of the running process */
  constructor(path: string, use: 'writing' | 'reading') {
    this.calledPlace = path;
    this.#raw = worded(path, () => open(path, use));
    this.db = new Kysely({
      dialect: new TransactionalSqliteDialect({ database: new Connection(this.#raw, path, use) }),
    });
  }

  /** One process, one clock. */
  now(callersNowMs: number): Expression<number> {
    return sql.val(callersNowMs);
  }

  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(work);
  }

  /** The next transaction that is synced makes this one last, too: the log is written in order. */
  unsynced<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db.connection().execute(async connection => {
      this.#raw.exec('pragma synchronous = normal');
      try {
        return await connection.transaction().execute(work);
      } finally {
        this.#raw.exec('pragma synchronous = full');
      }
    });
  }

  /** `empty`: nothing was ever written. `foreign`: the file of another program. */
  owner(): 'ours' | 'empty' | 'foreign' {
    const id = this.#value('pragma application_id');
    if (id === APPLICATION_ID) return 'ours';
    return id === 0 && this.#value('select count(*) from sqlite_master') === 0 ? 'empty' : 'foreign';
  }

  /** Marks the file as ours; part of the transaction it is called in. */
  mark(): void {
    this.#value(`pragma application_id = ${APPLICATION_ID}`);
  }

  /** Readers and the writer do not wait for each other. A file system that cannot do that keeps the old way. */
  useLog(): void {
    this.#value('pragma journal_mode = wal');
  }

  /** Puts everything into the one file and leaves nothing beside it. Fails while anybody else has it open. */
  foldLog(): void {
    const mode = this.#value('pragma journal_mode = delete');
    if (mode !== 'delete') throw new Error(`the journal mode of ${this.calledPlace} stayed ${mode}`);
  }

  /** Moves the log into the file and empties it, unless a reader still needs it. */
  trimLog(): void {
    this.#value('pragma wal_checkpoint(truncate)');
  }

  /** The first complaint about the file's structure or its references; undefined when it is sound. */
  damage(): string | undefined {
    const integrity = this.#value('pragma integrity_check(1)');
    if (integrity !== 'ok') return String(integrity);
    const broken = this.#value('pragma foreign_key_check');
    return broken === undefined ? undefined : `table ${broken} points to a row that is not there`;
  }

  /** Writes a consistent copy, as of now, into an empty file. @param calledPath how people know that file */
  copyInto(file: string, calledPath: string): void {
    worded(calledPath, () => this.#raw.prepare('vacuum into ?').run(file));
  }

  async close(): Promise<void> {
    await this.db.destroy();
    // Kysely closes only what it used.
    if (this.#raw.isOpen) this.#raw.close();
  }

  #value(sql: string): unknown {
    const row = worded(this.calledPlace, () => this.#raw.prepare(sql).get());
    return row === undefined ? undefined : Object.values(row)[0];
  }
}

function open(path: string, use: 'writing' | 'reading'): DatabaseSync {
  const raw = new DatabaseSync(path, { readOnly: use === 'reading', timeout: BUSY_TIMEOUT_MS });
  try {
    raw.exec('pragma foreign_keys = on; pragma synchronous = full');
    // Purged lines are overwritten, not only forgotten.
    if (use === 'writing') raw.exec('pragma secure_delete = on');
    // Each checkpoint lets everybody wait for the disk: after every 16 MB of changes, not after every 4.
    if (use === 'writing') raw.exec('pragma wal_autocheckpoint = 4000');
    return raw;
  } catch (error) {
    raw.close();
    throw error;
  }
}

/** SQLite's statements that change tables are transactional; Kysely only does not count on it. */
class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** `node:sqlite` in the shape that Kysely's SQLite dialect asks for. */
class Connection implements SqliteDatabase {
  readonly #raw: DatabaseSync;
  readonly #path: string;
  readonly #begin: string;
  /** What is asked again and again, a thousand times a minute some of it. */
  readonly #prepared = new Map<string, SqliteStatement>();
  #begun = false;

  constructor(raw: DatabaseSync, path: string, use: 'writing' | 'reading') {
    this.#raw = raw;
    this.#path = path;
    // A transaction that reads first and writes later would fail, not wait, when another process wrote meanwhile.
    this.#begin = use === 'writing' ? 'begin immediate' : 'begin';
  }

  close(): void {
    this.#raw.close();
  }

  prepare(sql: string): SqliteStatement {
    if (sql === 'begin') return this.#boundary(this.#begin, true);
    if (sql === 'rollback') {
      // SQLite rolls back by itself when the disk is full: then nothing is left to do.
      if (this.#raw.isTransaction) return this.#boundary(sql, false);
      this.#begun = false;
      return NOTHING;
    }
    if (this.#begun && !this.#raw.isTransaction) throw this.#cutOff();
    if (sql === 'commit') return this.#boundary(sql, false);
    if (!KEPT_PREPARED.test(sql)) {
      // It may change the tables that the others were prepared for.
      this.#prepared.clear();
      return this.#statement(sql);
    }
    return this.#kept(sql);
  }

  #kept(sql: string): SqliteStatement {
    const kept = this.#prepared.get(sql) ?? this.#statement(sql);
    this.#prepared.delete(sql);
    this.#prepared.set(sql, kept);
    const [longestUnused] = this.#prepared.keys();
    if (this.#prepared.size > MOST_PREPARED && longestUnused !== undefined)
      this.#prepared.delete(longestUnused);
    return kept;
  }

  #boundary(sql: string, begun: boolean): SqliteStatement {
    const statement = this.#kept(sql);
    return {
      ...statement,
      run: parameters => {
        const result = statement.run(parameters);
        this.#begun = begun;
        return result;
      },
    };
  }

  #statement(sql: string): SqliteStatement {
    const path = this.#path;
    const statement: StatementSync = worded(path, () => this.#raw.prepare(sql));
    return {
      reader: statement.columns().length > 0,
      all: parameters => worded(path, () => statement.all(...bound(parameters))),
      run: parameters => worded(path, () => statement.run(...bound(parameters))),
      // Who reads row by row must not share the place with another.
      iterate: parameters => worded(path, () => this.#raw.prepare(sql).iterate(...bound(parameters))),
    };
  }

  #cutOff(): StateProblem {
    return new StateProblem(
      'disk-error',
      `${this.#path} gave up a change in the middle (full or failing disk); none of it was saved.`,
    );
  }
}

const KEPT_PREPARED = /^(?:select|with|insert|update|delete) /;
const MOST_PREPARED = 200;

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Whole numbers go in as integers: `node:sqlite` would make reals of them. */
function bound(parameters: readonly unknown[]): Parameter[] {
  return parameters.map(value =>
    Number.isSafeInteger(value) ? BigInt(value as number) : (value as Parameter),
  );
}

function worded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inWords(error, path);
  }
}
