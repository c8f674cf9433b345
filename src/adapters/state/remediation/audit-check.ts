import { type Kysely, sql } from 'kysely';
import {
  type Anchor,
  ChainCheck,
  type ChainFault,
  type StoredEntry,
} from '../../../remediation/audit-chain.ts';
import type { Tables } from '../tables.ts';

/** What a look at the whole audit found. */
export interface AuditFound {
  /** Entries that are right, from the first on. */
  readonly entries: number;
  /** Hash of the last of them; undefined without any. */
  readonly head?: string;
  readonly fault?: ChainFault;
}

const ROWS_AT_ONCE = 500;

/** Goes through the audit from its first entry to its last. @param anchors heads that were kept elsewhere */
export async function checkAudit(db: Kysely<Tables>, anchors: readonly Anchor[] = []): Promise<AuditFound> {
  const check = new ChainCheck(anchors);
  let sound = true;
  for (let last: number | undefined; sound; ) {
    const { rows } = await storedAfter(db, last);
    for (const row of rows) sound &&= check.add(row);
    if (rows.length < ROWS_AT_ONCE) break;
    last = check.sequence;
  }
  const fault = check.fault ?? check.end(await counted(db));
  const { sequence, hash } = check;
  return { entries: sequence, ...(sequence > 0 && { head: hash }), ...(fault && { fault }) };
}

/** As text: whatever stands there must be seen, also what is no number any more. */
function storedAfter(db: Kysely<Tables>, last: number | undefined) {
  const after = last === undefined ? sql`` : sql`where sequence > ${sql.val(last)}`;
  return sql<StoredEntry>`select cast(sequence as text) as "sequence", cast(at_ms as text) as "atMs",
      kind as "kind", actor as "actor", body as "body", previous_hash as "previousHash", hash as "hash"
    from audit ${after} order by audit.sequence limit ${sql.lit(ROWS_AT_ONCE)}`.execute(db);
}

async function counted(db: Kysely<Tables>): Promise<number> {
  const row = await db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', 'audit')
    .executeTakeFirstOrThrow();
  return row.value;
}
