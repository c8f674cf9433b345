import { CompiledQuery, type Kysely, type Selectable } from 'kysely';
import { lifeOf, thisProcess } from './running-process.ts';
import { StateProblem } from './state-problem.ts';
import type { Tables } from './tables.ts';

/** The one lease there is: on the whole state. */
const NAME = 'state';
const HELD = CompiledQuery.raw('select * from lease where name = ?', [NAME]) as CompiledQuery<
  Selectable<Tables['lease']>
>;

/**
 * Makes this process the owner of the state, or says who owns it. An owner that is known to be dead is replaced
 * at once; one that cannot be seen from here only when its lease ran out.
 * @returns the epoch, higher than that of any owner before
 */
export async function takeLease(
  db: Kysely<Tables>,
  path: string,
  nowMs: number,
  leaseMs: number,
): Promise<number> {
  const held = await db.selectFrom('lease').selectAll().where('name', '=', NAME).executeTakeFirst();
  if (held !== undefined) refuseWhileOwned(held, path, nowMs);
  const owner = thisProcess();
  const row = {
    host: owner.host,
    boot: owner.boot,
    pid_space: owner.pidSpace,
    pid: owner.pid,
    process_start: owner.start,
    expires_at_ms: nowMs + leaseMs,
  };
  const lease =
    held === undefined
      ? await db
          .insertInto('lease')
          .values({ name: NAME, epoch: 1, ...row })
          .onConflict(conflict => conflict.doNothing())
          .returning('epoch')
          .executeTakeFirst()
      : await ofEpoch(db, held.epoch)
          .set({ epoch: held.epoch + 1, ...row })
          .returning('epoch')
          .executeTakeFirst();
  if (lease === undefined) {
    throw new StateProblem(
      'owned',
      `${path} was taken by another Staunch at this very moment. Only one may work with it; stop the other first.`,
    );
  }
  return lease.epoch;
}

/** Throws when somebody else took the state over since. Asked before every write, so it is built once. */
export async function assertLease(db: Kysely<Tables>, path: string, epoch: number): Promise<void> {
  const [held] = (await db.executeQuery(HELD)).rows;
  if (held?.epoch === epoch) return;
  const by = held === undefined || held.pid === null ? '' : ` by process ${held.pid} on ${held.host}`;
  throw new StateProblem(
    'ownership-lost',
    `${path} was taken over${by} while this process did not answer; it must not write any more. Stop this ` +
      `one; the other goes on.`,
  );
}

/** Puts off the end of the lease. */
export async function prolongLease(db: Kysely<Tables>, epoch: number, untilMs: number): Promise<void> {
  await ofEpoch(db, epoch).set({ expires_at_ms: untilMs }).execute();
}

/** Leaves the state to whoever comes next. */
export async function freeLease(db: Kysely<Tables>, epoch: number): Promise<void> {
  await ofEpoch(db, epoch).set({ pid: null }).execute();
}

/** Frees a copy from the owner of its original. */
export async function forgetOwner(db: Kysely<Tables>): Promise<void> {
  await db.updateTable('lease').set({ pid: null }).where('name', '=', NAME).execute();
}

function ofEpoch(db: Kysely<Tables>, epoch: number) {
  return db.updateTable('lease').where('name', '=', NAME).where('epoch', '=', epoch);
}

function refuseWhileOwned(held: Selectable<Tables['lease']>, path: string, nowMs: number): void {
  if (held.pid === null) return;
  const life = lifeOf({
    host: held.host,
    boot: held.boot,
    pidSpace: held.pid_space,
    pid: held.pid,
    start: held.process_start,
  });
  const leftMs = held.expires_at_ms - nowMs;
  if (life === 'dead' || (life === 'unknown' && leftMs <= 0)) return;
  const inUse = `${path} is in use by process ${held.pid} on ${held.host}; only one Staunch may work with it.`;
  throw new StateProblem(
    'owned',
    life === 'alive'
      ? `${inUse} Stop that one first ("systemctl stop staunch", or "kill ${held.pid}").`
      : `${inUse} It cannot be seen from here. Stop it there; if it is gone already, try again in ` +
          `${Math.ceil(leftMs / 1_000)} s, when its lease has run out.`,
  );
}
