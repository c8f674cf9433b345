import type { Kysely } from 'kysely';
import type { Inbox } from '../../workflows/state-ports.ts';
import { GroupedWrites } from './grouped-writes.ts';
import type { Session } from './session.ts';
import type { Tables } from './tables.ts';

interface Claim {
  readonly key: string;
  readonly atMs: number;
}

/** Deliveries per commit; more than a handful wait only where the disk is slow. */
const MOST_AT_ONCE = 20;

/**
 * What was delivered to us: the primary key decides who was first. An acknowledgement waits for it, so deliveries that
 * arrive while the disk is busy are claimed together.
 */
export class InboxStore implements Inbox {
  readonly #claims: GroupedWrites<Claim, boolean>;
  readonly #unsynced: GroupedWrites<Claim, boolean>;

  constructor(session: Session) {
    this.#claims = new GroupedWrites(claims => session.write(db => claimAll(db, claims)), MOST_AT_ONCE);
    this.#unsynced = new GroupedWrites(
      claims => session.writeUnsynced(db => claimAll(db, claims)),
      MOST_AT_ONCE,
    );
  }

  async claim(key: string, atMs: number): Promise<boolean> {
    return this.#claims.add({ key, atMs });
  }

  async claimUnsynced(key: string, atMs: number): Promise<boolean> {
    return this.#unsynced.add({ key, atMs });
  }
}

async function claimAll(db: Kysely<Tables>, claims: readonly Claim[]): Promise<readonly boolean[]> {
  const byKey = new Map(claims.toReversed().map(claim => [claim.key, claim]));
  const claimed = await db
    .insertInto('inbox')
    // In the order of their keys, so that processes which share a state never wait for each other in a circle.
    .values([...byKey.keys()].sort().map(key => ({ key, claimed_at_ms: byKey.get(key)?.atMs ?? 0 })))
    .onConflict(conflict => conflict.doNothing())
    .returning('key')
    .execute();
  // Of the same key twice at once the first has it.
  const won = new Set(claimed.map(row => row.key));
  return claims.map(({ key }) => won.delete(key));
}
