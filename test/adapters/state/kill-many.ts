import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PostgresServer } from './postgres-server.ts';
import { killWriters } from './samples/killed-writers.ts';

/**
 * Run by hand: `node test/adapters/state/kill-many.ts [KILLS] [sqlite|postgres]`. Kills a sampling writer at that
 * many random moments (200 when not said), prints what became of its samples, and ends with 1 if any was lost.
 */
const [kills = '200', engine = 'sqlite'] = process.argv.slice(2);
const LONGEST_MS = 500;

const folder = await mkdtemp(join(tmpdir(), 'staunch-kill-'));
const server = engine === 'postgres' ? await PostgresServer.start() : undefined;
try {
  const figures = await killWriters(server ? await server.address() : folder, Number(kills), LONGEST_MS);
  const integrity = server ? 'the server went on' : integrityOf(join(folder, 'state.db'));
  const [lost, wrong] = [figures.lost, figures.wrong].map(all => ({
    count: all.length,
    first: all.slice(0, 5),
  }));
  process.stdout.write(`${JSON.stringify({ engine, ...figures, lost, wrong, integrity }, null, 2)}\n`);
  const sound = figures.lost.length === 0 && figures.wrong.length === 0 && figures.mostMissingPerKill <= 2;
  process.exitCode = sound && /^ok$|went on/.test(integrity) ? 0 : 1;
} finally {
  await server?.stop();
  await rm(folder, { recursive: true });
}

function integrityOf(file: string): string {
  const database = new DatabaseSync(file);
  try {
    return String(database.prepare('pragma integrity_check').get()?.integrity_check);
  } finally {
    database.close();
  }
}
