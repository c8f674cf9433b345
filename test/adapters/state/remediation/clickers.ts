import { setTimeout } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { KeptState } from '../../../../src/adapters/state/kept-state.ts';
import { openToWork } from '../../../../src/adapters/state/open-state.ts';
import { standingSession } from '../../../../src/adapters/state/session.ts';
import { SqliteFile } from '../../../../src/adapters/state/sqlite-file.ts';
import type { Tables } from '../../../../src/adapters/state/tables.ts';
import { approve } from './changes.ts';

/** One way to approve and to claim, of which the tests know whether it is right. */
export interface Clicker {
  approve(id: string, digest: string, person: string): Promise<void>;
  /** True for who may apply it now. */
  claim(id: string): Promise<boolean>;
}

/** As long as a round trip to a database may take. */
const BETWEEN_MS = 5;
/** As long as a process may have to wait for its turn on a busy machine. */
const BUSY_MS = 100;

/** Our own way. On a file without the lease that keeps a second process out: what is tested is what stands behind it. */
async function asStaunch(place: string): Promise<Clicker> {
  const opened = place.startsWith('postgres:')
    ? await openToWork(place, { clock: { nowMs: Date.now } })
    : new KeptState(standingSession(new SqliteFile(place, 'writing'), async () => {}));
  return {
    async approve(id, digest, person) {
      await approve(opened, { id, digest }, person, { atMs: Date.now() });
    },
    async claim(id) {
      return (await opened.remediations.claim(id, `${process.pid}`, Date.now())) !== undefined;
    },
  };
}

async function tablesOf(place: string): Promise<Kysely<Tables>> {
  if (!place.startsWith('postgres:')) return new SqliteFile(place, 'writing').db;
  const { PostgresDatabase } = await import('../../../../src/adapters/state/postgres-database.ts');
  return (await PostgresDatabase.connect(place)).db;
}

/** Broken: looks at the state first and writes what follows from it later. */
async function readThenWrite(place: string): Promise<Clicker> {
  const db = await tablesOf(place);
  const stateOf = (id: string) =>
    db.selectFrom('proposal').select('state').where('id', '=', id).executeTakeFirstOrThrow();
  return {
    async approve(id) {
      if ((await stateOf(id)).state !== 'open') return;
      await db.updateTable('proposal').set({ state: 'approved' }).where('id', '=', id).execute();
    },
    async claim(id) {
      const { state } = await stateOf(id);
      await setTimeout(BETWEEN_MS);
      if (state !== 'approved') return false;
      await db.updateTable('proposal').set({ state: 'applying' }).where('id', '=', id).execute();
      return true;
    },
  };
}

/** Broken: counts approvals without holding the proposal, so that two who approve at once do not see each other. */
async function withoutHolding(place: string): Promise<Clicker> {
  const db = await tablesOf(place);
  return {
    async approve(proposal_id, digest, approver) {
      await db.transaction().execute(async tx => {
        const row = { proposal_id, approver, digest, at_ms: 1 };
        await tx
          .insertInto('approval')
          .values(row)
          .onConflict(clash => clash.doNothing())
          .execute();
        await setTimeout(BUSY_MS);
        await sql`update proposal set state = 'approved' where id = ${proposal_id} and state = 'open'
          and quorum <= (select count(*) from approval where proposal_id = ${proposal_id})`.execute(tx);
      });
    },
    async claim(id) {
      const claimed = await db
        .updateTable('proposal')
        .set({ state: 'applying' })
        .where('id', '=', id)
        .where('state', '=', 'approved')
        .returning('id')
        .executeTakeFirst();
      return claimed !== undefined;
    },
  };
}

export const CLICKERS = { asStaunch, readThenWrite, withoutHolding } as const;
