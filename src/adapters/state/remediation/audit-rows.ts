import type { Kysely, Selectable } from 'kysely';
import { CHAIN_START, entryHash } from '../../../remediation/audit-chain.ts';
import { canonicalJson } from '../../../remediation/canonical-json.ts';
import type { AuditEntry, AuditHead, NewAuditEntry } from '../../../workflows/remediation-ports.ts';
import { StateProblem } from '../state-problem.ts';
import { nextNumber, type Tables } from '../tables.ts';

/**
 * Appends to the chain. Whoever else appends waits from here until the transaction ends.
 * @throws StateProblem when the entry before is not there: without a whole audit nothing is decided
 */
export async function appendEntry(db: Kysely<Tables>, entry: NewAuditEntry): Promise<AuditEntry> {
  const sequence = await nextNumber(db, 'audit');
  const previous = await db
    .selectFrom('audit')
    .select('hash')
    .where('sequence', '=', sequence - 1)
    .executeTakeFirst();
  if (sequence > 1 && previous === undefined) throw damaged(sequence - 1, 'is missing');
  const said = {
    sequence,
    atMs: entry.atMs,
    kind: storable(entry.kind),
    actor: storable(entry.actor),
    body: wellFormed(entry.body) as AuditEntry['body'],
    previousHash: previous?.hash ?? CHAIN_START,
  };
  const appended = { ...said, hash: entryHash(said) };
  await db.insertInto('audit').values(rowOf(appended)).execute();
  return appended;
}

export async function headOf(db: Kysely<Tables>): Promise<AuditHead | undefined> {
  return db
    .selectFrom('audit')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export function entryOf(row: Selectable<Tables['audit']>): AuditEntry {
  return {
    sequence: row.sequence,
    atMs: row.at_ms,
    kind: row.kind,
    actor: row.actor,
    body: bodyOf(row),
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

function bodyOf({ sequence, body }: Selectable<Tables['audit']>): AuditEntry['body'] {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as AuditEntry['body'];
  } catch {
    // Said below.
  }
  throw damaged(sequence, 'cannot be read');
}

function rowOf(entry: AuditEntry): Tables['audit'] {
  return {
    sequence: entry.sequence,
    at_ms: entry.atMs,
    kind: entry.kind,
    actor: entry.actor,
    body: canonicalJson(entry.body),
    previous_hash: entry.previousHash,
    hash: entry.hash,
  };
}

function damaged(sequence: number, how: string): StateProblem {
  return new StateProblem(
    'damaged',
    `Entry ${sequence} of the audit ${how}, so nothing was decided or changed. "staunch audit verify" shows what is ` +
      `wrong; restore the last backup ("staunch state restore FILE").`,
  );
}

/** Text that both engines give back as it was: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** What people typed may hold half of a surrogate pair; no UTF-8 can say that. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, wellFormed(field)]));
}
