import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Kysely } from 'kysely';
import type { Clock } from '../../workflows/ports.ts';
import { executedIn, refuseOther } from './migrating.ts';
import { openDatabaseForReading } from './open-state.ts';
import { PortableText, VERSION } from './portable-file.ts';
import { PORTABLE_TABLES, rowsOf } from './portable-tables.ts';
import { draftBeside, flush, isThere, makeFile, worded } from './state-folder.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/**
 * Writes all that a state holds, as of one moment, into a new file that either engine can be filled from; Staunch
 * may be running meanwhile.
 * @returns how many rows of each table
 */
export async function exportState(
  place: string,
  toFile: string,
  clock: Clock,
): Promise<Readonly<Record<string, number>>> {
  if (await isThere(toFile)) {
    throw new StateProblem('exists', `${toFile} is there already and was left alone. Name a new file.`);
  }
  const database = await openDatabaseForReading(place);
  const draft = draftBeside(toFile);
  try {
    await refuseOther(database);
    await makeFile(draft, 'wx');
    const text = new PortableText();
    const migrations = await executedIn(database.db, database);
    const exportedAt = new Date(clock.nowMs()).toISOString();
    await database.snapshot(async db => {
      const head = {
        format: 'staunch state',
        version: VERSION,
        exportedAt,
        migrations,
      } as const;
      const texts = Readable.from(textsOf(db, text, head));
      await worded(toFile, () => pipeline(texts, createGzip(), createWriteStream(draft, { flags: 'r+' })));
    });
    await flush(draft);
    await worded(toFile, () => rename(draft, toFile));
    await flush(dirname(toFile));
    return text.rows;
  } finally {
    await database.close();
    await rm(draft, { force: true });
  }
}

async function* textsOf(
  db: Kysely<Tables>,
  text: PortableText,
  head: Parameters<PortableText['head']>[0],
): AsyncGenerator<string> {
  yield text.head(head);
  for (const table of PORTABLE_TABLES) {
    yield text.table(table);
    for await (const rows of rowsOf(db, table)) yield text.some(table, rows);
  }
  yield text.foot();
}
