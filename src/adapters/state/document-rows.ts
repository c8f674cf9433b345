import type { Kysely } from 'kysely';
import { DiagnosisDocument } from '../../report/diagnosis-document.ts';
import type { Tables } from './tables.ts';

/** Rows per statement: PostgreSQL and SQLite take over 30,000 parameters, a row has three. */
const ROWS_AT_ONCE = 1_000;

/**
 * Keeps a document with its evidence in rows of their own, which go earlier.
 * @param document masked already: nothing else may be stored
 */
export async function keepDocument(
  db: Kysely<Tables>,
  runId: string,
  document: DiagnosisDocument,
): Promise<void> {
  const body = JSON.stringify({ ...document, evidence: {} });
  await db.insertInto('verdict').values({ run_id: runId, body }).execute();
  const rows = Object.entries(document.evidence).map(([id, evidence]) => ({
    run_id: runId,
    number: Number(id.slice(1)),
    body: JSON.stringify(evidence),
  }));
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE);
    await db.insertInto('evidence').values(some).execute();
  }
}

/** The document of a run with what is left of its evidence; undefined when there is none. */
export async function documentOf(db: Kysely<Tables>, runId: string): Promise<DiagnosisDocument | undefined> {
  const verdict = await db
    .selectFrom('verdict')
    .select('body')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (verdict === undefined) return undefined;
  const rows = await db
    .selectFrom('evidence')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('number')
    .execute();
  return readDocument(
    verdict.body,
    Object.fromEntries(rows.map(row => [`E${row.number}`, JSON.parse(row.body)])),
  );
}

/** Undefined for a document in a form that this version does not know. */
export function readDocument(
  body: string,
  evidence: Readonly<Record<string, unknown>>,
): DiagnosisDocument | undefined {
  return DiagnosisDocument.safeParse({ ...JSON.parse(body), evidence }).data;
}
