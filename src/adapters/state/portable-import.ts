import type { Kysely } from 'kysely';
import { unknownAmong } from './migrating.ts';
import { openToWork } from './open-state.ts';
import type { StateOptions } from './opened-state.ts';
import { type Head, readPortable, VERSION } from './portable-file.ts';
import { insertRows, PORTABLE_TABLES, type Row } from './portable-tables.ts';
import { calledAddress, isPostgresAddress } from './postgres-address.ts';
import { checkAudit } from './remediation/audit-check.ts';
import { isThere } from './state-folder.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** Rows that are held in memory before they are put in. */
const ROWS_AT_ONCE = 500;

/**
 * Fills an empty state of either engine with an export, all of it or nothing. The file is read to its end and
 * checked before the state is touched.
 * @returns how many rows of each table
 */
export async function importState(
  fromFile: string,
  place: string,
  options: StateOptions,
): Promise<Readonly<Record<string, number>>> {
  if (!(await isThere(fromFile))) {
    throw new StateProblem('absent', `There is no file ${fromFile}. Name the export to read.`);
  }
  for await (const part of readPortable(fromFile)) {
    if (part.kind === 'head') refuseNewer(part.head, fromFile);
    if (part.kind === 'table') refuseUnknown(part.name, part.columns, fromFile);
  }
  const state = await openToWork(place, options);
  try {
    return await state.session.write(async db => {
      await refuseFilled(db, place);
      const counts = await fill(db, fromFile);
      await refuseBroken(db, fromFile);
      return counts;
    });
  } finally {
    await state.close();
  }
}

async function fill(db: Kysely<Tables>, fromFile: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  let table: { readonly name: keyof Tables; readonly columns: readonly string[] } | undefined;
  let rows: Row[] = [];
  const put = async () => {
    if (table) await insertRows(db, table.name, table.columns, rows);
    rows = [];
  };
  for await (const part of readPortable(fromFile)) {
    if (part.kind === 'table') {
      await put();
      table = { name: part.name as keyof Tables, columns: part.columns };
      counts[part.name] = 0;
    } else if (part.kind === 'row' && table) {
      rows.push(part.row);
      counts[table.name] = (counts[table.name] ?? 0) + 1;
      if (rows.length === ROWS_AT_ONCE) await put();
    }
  }
  await put();
  return counts;
}

/** An audit that proves nothing must not begin a new life as if it did. */
async function refuseBroken(db: Kysely<Tables>, file: string): Promise<void> {
  const { fault } = await checkAudit(db);
  if (!fault) return;
  throw new StateProblem(
    'damaged',
    `The audit in ${file} was changed: entry ${fault.sequence}: ${fault.problem}. Nothing was imported. See "staunch ` +
      `audit verify" where it was exported.`,
  );
}

function refuseNewer({ version, migrations }: Head, file: string): void {
  const unknown = unknownAmong(migrations);
  if (version <= VERSION && unknown.length === 0) return;
  throw new StateProblem(
    'newer',
    `${file} was written by a newer version of Staunch. Nothing was changed. Import it with that version.`,
  );
}

function refuseUnknown(name: string, columns: readonly string[], file: string): void {
  const known = PORTABLE_TABLES.find(table => table.name === name);
  if (known && columns.every(column => known.columns.includes(column))) return;
  throw new StateProblem(
    'foreign',
    `${file} holds what no state of Staunch does (${name}). Nothing was changed.`,
  );
}

async function refuseFilled(db: Kysely<Tables>, place: string): Promise<void> {
  for (const { name } of PORTABLE_TABLES) {
    // The counters are there from the beginning.
    if (name === 'counter') continue;
    const row = await db
      .selectFrom(name)
      .select(eb => eb.lit(1).as('one'))
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) continue;
    throw new StateProblem(
      'exists',
      `${isPostgresAddress(place) ? calledAddress(place) : place} is not empty (${name}), so nothing was imported: an import never mixes two states. ` +
        `Name an empty folder (STAUNCH_STATE_DIR) or an empty database (STAUNCH_DATABASE_URL).`,
    );
  }
}
