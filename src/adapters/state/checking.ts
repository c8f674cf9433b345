import type { Kysely } from 'kysely';
import type { ChainFault } from '../../remediation/audit-chain.ts';
import { missingIn } from './migrating.ts';
import { openDatabaseForReading } from './open-state.ts';
import { PORTABLE_TABLES, type Row, rowsOf } from './portable-tables.ts';
import { isPostgresAddress } from './postgres-address.ts';
import { checkAudit } from './remediation/audit-check.ts';
import { lifeOf } from './running-process.ts';
import { UnreadableBytes } from './samples/packed-bytes.ts';
import { unpackCounts } from './samples/service-hour-bytes.ts';
import { unpackDay } from './samples/unit-day-bytes.ts';
import { unpackHour } from './samples/unit-hour-bytes.ts';
import { unpackSample } from './samples/unit-sample-bytes.ts';
import type { StateDatabase } from './state-database.ts';
import type { Tables } from './tables.ts';

/** What a look at a whole state found. */
export interface StateCheck {
  readonly place: string;
  /** What is wrong with how it is stored; undefined when it is sound. */
  readonly damage?: string;
  /** Migrations that the next start will do; with any, nothing else was looked at. */
  readonly missingMigrations: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
  /** Rows of packed samples or counts that cannot be unpacked, by table. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** The first entry of the audit that is not as it was written. */
  readonly auditFault?: ChainFault;
  /** The processes that work with it now. */
  readonly workers: readonly { readonly host: string; readonly pid: number }[];
}

/** Reads a whole state and unpacks all that is packed. Staunch may be running meanwhile. */
export async function checkState(place: string, nowMs: number): Promise<StateCheck> {
  const database = await openDatabaseForReading(place);
  try {
    const damage = database.damage();
    const missingMigrations = await missingIn(database.db, database);
    const begun = { place: database.calledPlace, ...(damage !== undefined && { damage }), missingMigrations };
    if (missingMigrations.length > 0) return { ...begun, rows: {}, unreadable: {}, workers: [] };
    const workers = await workersOf(database, place, nowMs);
    return { ...begun, workers, ...(await database.snapshot(counted)) };
  } finally {
    await database.close();
  }
}

async function counted(db: Kysely<Tables>): Promise<Pick<StateCheck, 'rows' | 'unreadable' | 'auditFault'>> {
  const rows: Record<string, number> = {};
  const unreadable: Record<string, number> = {};
  for (const table of PORTABLE_TABLES) {
    rows[table.name] = 0;
    for await (const some of rowsOf(db, table)) {
      rows[table.name] = (rows[table.name] ?? 0) + some.length;
      const bad = some.filter(row => !isReadable(table.name, row)).length;
      if (bad > 0) unreadable[table.name] = (unreadable[table.name] ?? 0) + bad;
    }
  }
  const { fault } = await checkAudit(db);
  return { rows, unreadable, ...(fault && { auditFault: fault }) };
}

type Unpacking = (row: Row, body: Uint8Array) => unknown;
const UNPACKING: Readonly<Partial<Record<keyof Tables, Unpacking>>> = {
  minute_sample: (row, body) => unpackSample(body, Number(row.minute), { server: '', unit: '' }),
  unit_hour: (row, body) => unpackHour(Number(row.hour), body),
  unit_day: (row, body) => unpackDay(Number(row.day), body),
  service_hour: (row, body) => unpackCounts(Number(row.hour), body),
};

/** Columns of JSON whose rows are of no use when it cannot be read. */
const JSON_COLUMNS: Readonly<Partial<Record<keyof Tables, readonly string[]>>> = {
  incident: ['card'],
  incident_entry: ['body'],
  warning: ['episode', 'growth', 'snooze'],
  growth_look: ['body'],
  server_note: ['gaps'],
};

function isReadable(table: keyof Tables, row: Row): boolean {
  if (!(JSON_COLUMNS[table] ?? []).every(column => isJson(row[column] ?? null))) return false;
  const unpack = UNPACKING[table];
  if (unpack === undefined) return true;
  try {
    if (!(row.body instanceof Uint8Array)) return false;
    unpack(row, row.body);
    return true;
  } catch (error) {
    if (error instanceof UnreadableBytes) return false;
    throw error;
  }
}

function isJson(value: Row[string] | null): boolean {
  if (value === null) return true;
  try {
    return typeof value === 'string' && JSON.parse(value) !== undefined;
  } catch {
    return false;
  }
}

/** On PostgreSQL those whose lease goes on; on a file its owner, unless that is known to be dead. */
async function workersOf(
  database: StateDatabase,
  place: string,
  nowMs: number,
): Promise<StateCheck['workers']> {
  const leases = database.db.selectFrom('lease').selectAll().where('pid', 'is not', null).orderBy('name');
  const rows = isPostgresAddress(place)
    ? await leases.where('expires_at_ms', '>', database.now(nowMs)).execute()
    : (await leases.execute()).filter(
        row =>
          lifeOf({
            host: row.host,
            boot: row.boot,
            pidSpace: row.pid_space,
            pid: row.pid ?? 0,
            start: row.process_start,
          }) !== 'dead',
      );
  return rows.map(({ host, pid }) => ({ host, pid: pid ?? 0 }));
}
