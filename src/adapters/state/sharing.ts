import { type Expression, type Kysely, sql } from 'kysely';
import { thisProcess } from './running-process.ts';
import { nextNumber, type Tables } from './tables.ts';

/** This process among those that work with one state: what it has begun is its own for as long as it says it lives. */
export interface Sharing {
  /** Given once, never again. */
  readonly process: number;
  /** The database's time, epoch ms. */
  readonly now: Expression<number>;
}

/** How long the row of a process that has ended is kept: it tells who was at work. */
const FORGOTTEN_AFTER_MS = 86_400_000;

const nameOf = (process: number) => `process ${process}`;

/** Registers this process; it counts as living until `leaseMs` have passed without `stayAlive`. */
export async function joinProcesses(
  db: Kysely<Tables>,
  now: Expression<number>,
  leaseMs: number,
): Promise<number> {
  const process = await nextNumber(db, 'process');
  await stayAlive(db, { process, now }, leaseMs);
  return process;
}

/** Says that this process lives on, even when it was taken for dead meanwhile. */
export async function stayAlive(db: Kysely<Tables>, sharing: Sharing, leaseMs: number): Promise<void> {
  const { process, now } = sharing;
  const { host, boot, pidSpace, pid, start } = thisProcess();
  const expires_at_ms = sql<number>`${now} + ${sql.lit(leaseMs)}`;
  await db
    .insertInto('lease')
    .values({
      name: nameOf(process),
      host,
      boot,
      pid_space: pidSpace,
      pid,
      process_start: start,
      epoch: process,
      expires_at_ms,
    })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ expires_at_ms }))
    .execute();
  await db
    .deleteFrom('lease')
    .where('name', '<>', nameOf(process))
    .where('expires_at_ms', '<', sql<number>`${now} - ${sql.lit(FORGOTTEN_AFTER_MS)}`)
    .execute();
}

/** Leaves at once what this process had begun to the others. */
export async function leaveProcesses(db: Kysely<Tables>, { process }: Sharing): Promise<void> {
  await db.deleteFrom('lane').where('process', '=', process).execute();
  await db.deleteFrom('lease').where('name', '=', nameOf(process)).execute();
}

/** The numbers of the other processes that live. */
export function livingOthers(db: Kysely<Tables>, { process, now }: Sharing) {
  return db
    .selectFrom('lease')
    .select('epoch')
    .where('epoch', '<>', process)
    .where('expires_at_ms', '>', now);
}
