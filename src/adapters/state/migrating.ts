import type { Kysely, Transaction } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { firstTables } from './migrations/0001-first-tables.ts';
import { samples } from './migrations/0002-samples.ts';
import { warnings } from './migrations/0003-warnings.ts';
import { remediation } from './migrations/0004-remediation.ts';
import { alerts } from './migrations/0005-alerts.ts';
import { narration } from './migrations/0006-narration.ts';
import { incidents } from './migrations/0008-incidents.ts';
import type { StateDatabase } from './state-database.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** Every migration, in order. What was once released is never changed again. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-samples': samples,
  '0003-warnings': warnings,
  '0004-remediation': remediation,
  '0005-alerts': alerts,
  '0006-narration': narration,
  '0008-incidents': incidents,
};

type Place = Pick<StateDatabase, 'calledPlace' | 'schema'>;

/** Brings the tables up to date, all or nothing. Tables of a newer Staunch are refused. */
export async function migrate(db: Transaction<Tables>, place: Place): Promise<void> {
  await refuseNewer(db, place);
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    // Tables of the same name in another schema are another state's.
    ...(place.schema !== undefined && { migrationTableSchema: place.schema }),
  }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** Refuses tables that this version cannot read as they are. */
export async function refuseOther(database: StateDatabase): Promise<void> {
  const { calledPlace } = database;
  if ((await missingIn(database.db, database)).length > 0) {
    throw new StateProblem(
      'older',
      `${calledPlace} was last written by an older version of Staunch. Start Staunch once, which brings it up to ` +
        `date, then try again.`,
    );
  }
}

/** The migrations that tables which are not newer still lack. */
export async function missingIn(db: Kysely<Tables>, place: Place): Promise<readonly string[]> {
  const executed = await refuseNewer(db, place);
  return Object.keys(MIGRATIONS).filter(name => !executed.includes(name));
}

/** Refuses tables that were made by a version after this one; answers with the migrations they went through. */
export async function refuseNewer(db: Kysely<Tables>, place: Place): Promise<readonly string[]> {
  const executed = await executedIn(db, place);
  const unknown = unknownAmong(executed);
  if (unknown.length > 0) {
    throw new StateProblem(
      'newer',
      `${place.calledPlace} was written by a newer version of Staunch (it has ${unknown.join(', ')}, which this ` +
        `version does not know). Nothing was changed. Run the newer version, or restore a backup made by this one.`,
    );
  }
  return executed;
}

/** The migrations that this version does not know. */
export function unknownAmong(migrations: readonly string[]): readonly string[] {
  return migrations.filter(name => !(name in MIGRATIONS));
}

/** The tables of a database, and whether they are of Staunch. */
export async function tablesIn(
  database: StateDatabase,
): Promise<{ readonly ours: boolean; readonly names: readonly string[] }> {
  const names = await tableNames(database.db, database);
  return {
    ours: names.includes(DEFAULT_MIGRATION_TABLE) && names.includes('incident') && names.includes('lease'),
    names,
  };
}

/** The migrations that the tables of a database went through. */
export async function executedIn(db: Kysely<Tables>, place: Place): Promise<readonly string[]> {
  if (!(await tableNames(db, place)).includes(DEFAULT_MIGRATION_TABLE)) return [];
  const rows = await (db as unknown as Kysely<Record<string, { name: string }>>)
    .selectFrom(DEFAULT_MIGRATION_TABLE)
    .select('name')
    .execute();
  return rows.map(row => row.name);
}

async function tableNames(db: Kysely<Tables>, { schema }: Place): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return tables.filter(table => schema === undefined || table.schema === schema).map(table => table.name);
}
