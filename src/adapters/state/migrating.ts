import type { Kysely, Transaction } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { firstTables } from './migrations/0001-first-tables.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** Every migration, in order. What was once released is never changed again. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
};

/** Brings the tables up to date, all or nothing. Tables of a newer Staunch are refused. */
export async function migrate(db: Transaction<Tables>, path: string): Promise<void> {
  await refuseNewer(db, path);
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** Refuses tables that this version cannot read as they are. */
export async function refuseOther(db: Kysely<Tables>, path: string): Promise<void> {
  const executed = await refuseNewer(db, path);
  if (executed.length < Object.keys(MIGRATIONS).length) {
    throw new StateProblem(
      'older',
      `${path} was last written by an older version of Staunch. Start Staunch once, which brings it up to ` +
        `date, then try again.`,
    );
  }
}

/** Refuses tables that were made by a version after this one; answers with the migrations they went through. */
export async function refuseNewer(db: Kysely<Tables>, path: string): Promise<readonly string[]> {
  const executed = await executedIn(db);
  const unknown = executed.filter(name => !(name in MIGRATIONS));
  if (unknown.length > 0) {
    throw new StateProblem(
      'newer',
      `${path} was written by a newer version of Staunch (it has ${unknown.join(', ')}, which this version ` +
        `does not know). Nothing was changed. Run the newer version, or restore a backup made by this one.`,
    );
  }
  return executed;
}

async function executedIn(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(table => table.name === DEFAULT_MIGRATION_TABLE)) return [];
  const rows = await (db as unknown as Kysely<Record<string, { name: string }>>)
    .selectFrom(DEFAULT_MIGRATION_TABLE)
    .select('name')
    .execute();
  return rows.map(row => row.name);
}
