import { createHash } from 'node:crypto';
import { type Expression, type Kysely, sql } from 'kysely';
import type { Leases } from '../../../workflows/sample-ports.ts';
import type { Session } from '../session.ts';
import type { StateDatabase } from '../state-database.ts';
import { nextNumber, type Tables } from '../tables.ts';

/** Rows per statement: far below what either engine takes as parameters. */
const ROWS_AT_ONCE = 1_000;

interface Claim {
  readonly db: Kysely<Tables>;
  readonly owner: string;
  readonly now: Expression<number>;
  readonly until: Expression<number>;
}

/**
 * Who watches which server. The epoch of a server rises whenever its owner changes, also to nobody: what an
 * earlier owner still writes is refused by it. Claims take turns, so that shares come out even.
 */
export class ServerLeases implements Leases {
  readonly #session: Session;
  readonly #database: StateDatabase;

  constructor(session: Session, database: StateDatabase) {
    this.#session = session;
    this.#database = database;
  }

  /** @param nowMs counts where the database has no clock of its own */
  async claim(
    owner: string,
    servers: readonly string[],
    nowMs: number,
    leaseMs: number,
  ): Promise<ReadonlyMap<string, number>> {
    const now = this.#database.now(nowMs);
    const until = sql<number>`${now} + ${sql.lit(Math.round(leaseMs))}`;
    const wanted = [...new Set(servers)];
    return this.#session.write(async db => {
      await nextNumber(db, 'claims');
      const claim = { db, owner, now, until };
      const share = Math.ceil(wanted.length / (await countedWatchers(claim)));
      const renewed = await renew(claim);
      const inWish = new Set(wanted);
      const kept = preferred(
        owner,
        [...renewed.keys()].filter(server => inWish.has(server)),
      ).slice(0, share);
      const own = new Map(kept.map(server => [server, renewed.get(server) ?? 0]));
      await giveUp(
        claim,
        [...renewed.keys()].filter(server => !own.has(server)),
      );
      if (own.size >= share) return own;
      const free = await freeAmong(
        claim,
        wanted.filter(server => !own.has(server)),
      );
      return new Map([...own, ...(await take(claim, preferred(owner, free).slice(0, share - own.size)))]);
    });
  }

  async release(owner: string): Promise<void> {
    await this.#session.write(async db => {
      await nextNumber(db, 'claims');
      await unowned(db).where('owner', '=', owner).execute();
      await db.deleteFrom('watcher').where('owner', '=', owner).execute();
    });
  }
}

/** Counts this one in; answers with how many watch. */
async function countedWatchers({ db, owner, now, until: expires_at_ms }: Claim): Promise<number> {
  await db
    .insertInto('watcher')
    .values({ owner, expires_at_ms })
    .onConflict(conflict => conflict.column('owner').doUpdateSet({ expires_at_ms }))
    .execute();
  const { count } = await db
    .selectFrom('watcher')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('expires_at_ms', '>', now)
    .executeTakeFirstOrThrow();
  return Math.max(1, count);
}

/** What is owned still, even past its time when nobody took it. */
async function renew({ db, owner, until }: Claim): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .updateTable('server_lease')
    .set({ expires_at_ms: until })
    .where('owner', '=', owner)
    .returning(['server', 'epoch'])
    .execute();
  return new Map(rows.map(({ server, epoch }) => [server, epoch]));
}

async function giveUp({ db, owner }: Claim, servers: readonly string[]): Promise<void> {
  for (const some of inParts(servers)) {
    await unowned(db).where('owner', '=', owner).where('server', 'in', some).execute();
  }
}

async function freeAmong({ db, now }: Claim, servers: readonly string[]): Promise<readonly string[]> {
  const taken = new Set<string>();
  for (const some of inParts(servers)) {
    const rows = await db
      .selectFrom('server_lease')
      .select('server')
      .where('server', 'in', some)
      .where('owner', 'is not', null)
      .where('expires_at_ms', '>', now)
      .execute();
    for (const { server } of rows) taken.add(server);
  }
  return servers.filter(server => !taken.has(server));
}

async function take(
  { db, owner, until: expires_at_ms }: Claim,
  servers: readonly string[],
): Promise<readonly (readonly [string, number])[]> {
  const taken: (readonly [string, number])[] = [];
  for (const some of inParts(servers)) {
    const rows = await db
      .insertInto('server_lease')
      .values(some.map(server => ({ server, owner, epoch: 1, expires_at_ms })))
      .onConflict(conflict =>
        conflict.column('server').doUpdateSet(eb => ({
          owner,
          epoch: eb('server_lease.epoch', '+', 1),
          expires_at_ms,
        })),
      )
      .returning(['server', 'epoch'])
      .execute();
    taken.push(...rows.map(({ server, epoch }) => [server, epoch] as const));
  }
  return taken;
}

function unowned(db: Kysely<Tables>) {
  return db.updateTable('server_lease').set(eb => ({ owner: null, epoch: eb('epoch', '+', 1) }));
}

/**
 * Servers in an order of each owner's own: after a change of owners most servers stay where they are, and a dead
 * one's go to all others alike.
 */
function preferred(owner: string, servers: readonly string[]): readonly string[] {
  return servers
    .map(server => ({ server, rank: createHash('md5').update(`${owner}\n${server}`).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ server }) => server);
}

function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / ROWS_AT_ONCE) }, (_, part) =>
    all.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE),
  );
}
