import type { Kysely } from 'kysely';
import type {
  KeptNarration,
  NarrationAllowance,
  NarrationEnd,
  Narrations,
  NewNarration,
} from '../../workflows/narrator-port.ts';
import type { Session } from './session.ts';
import { nextNumber, type Tables } from './tables.ts';

/** What language models were sent. Masked before it gets here, as all that is stored. */
export class NarrationStore implements Narrations {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async begin(narration: NewNarration, allowance: NarrationAllowance): Promise<boolean> {
    return this.#session.write(async db => {
      // First, so that two questions at once do not both take the last room.
      await nextNumber(db, 'narration');
      const used = await usedSince(db, allowance.sinceMs);
      if (used.tokens + narration.reservedTokens > allowance.tokens) return false;
      if (allowance.costMicros !== undefined && used.costMicros >= allowance.costMicros) return false;
      const { id, runId, person, model, question, askedAtMs, reservedTokens } = narration;
      await db
        .insertInto('narration')
        .values({
          id,
          run_id: runId,
          person,
          model,
          question,
          asked_at_ms: askedAtMs,
          reserved_tokens: reservedTokens,
          outcome: null,
          input_tokens: null,
          output_tokens: null,
          cost_micros: null,
          ended_at_ms: null,
        })
        .execute();
      return true;
    });
  }

  async part(id: string, direction: 'sent' | 'received', body: string, atMs: number): Promise<void> {
    await this.#session.write(async db => {
      const last = await db
        .selectFrom('narration_part')
        .select(eb => eb.fn.max<number | null>('number').as('number'))
        .where('narration_id', '=', id)
        .executeTakeFirstOrThrow();
      await db
        .insertInto('narration_part')
        .values({
          narration_id: id,
          number: (last.number ?? 0) + 1,
          direction,
          at_ms: atMs,
          body: JSON.stringify(body),
        })
        .execute();
    });
  }

  async end(id: string, end: NarrationEnd): Promise<void> {
    await this.#session.write(async db => {
      await db
        .updateTable('narration')
        .set({
          outcome: end.outcome,
          input_tokens: end.inputTokens,
          output_tokens: end.outputTokens,
          cost_micros: end.costMicros,
          ended_at_ms: end.endedAtMs,
        })
        .where('id', '=', id)
        .execute();
    });
  }

  async ofRun(runId: string): Promise<readonly KeptNarration[]> {
    const { db } = this.#session;
    const rows = await db
      .selectFrom('narration')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('asked_at_ms')
      .orderBy('id')
      .execute();
    if (rows.length === 0) return [];
    const parts = await db
      .selectFrom('narration_part')
      .selectAll()
      .where(
        'narration_id',
        'in',
        rows.map(({ id }) => id),
      )
      .orderBy('number')
      .execute();
    return rows.map(row => ({
      id: row.id,
      runId: row.run_id,
      person: row.person,
      model: row.model,
      question: row.question,
      askedAtMs: row.asked_at_ms,
      reservedTokens: row.reserved_tokens,
      ...(row.outcome !== null && {
        end: {
          outcome: row.outcome,
          inputTokens: row.input_tokens ?? 0,
          outputTokens: row.output_tokens ?? 0,
          costMicros: row.cost_micros ?? 0,
          endedAtMs: row.ended_at_ms ?? 0,
        },
      }),
      parts: parts
        .filter(part => part.narration_id === row.id)
        .map(({ direction, at_ms, body }) => ({ direction, atMs: at_ms, body: JSON.parse(body) as string })),
    }));
  }
}

/** Used since then: by those that ended what they used, by the others what they reserved. */
async function usedSince(db: Kysely<Tables>, sinceMs: number) {
  const rows = await db
    .selectFrom('narration')
    .select(['outcome', 'reserved_tokens', 'input_tokens', 'output_tokens', 'cost_micros'])
    .where('asked_at_ms', '>=', sinceMs)
    .execute();
  let tokens = 0;
  let costMicros = 0;
  for (const row of rows) {
    tokens += row.outcome === null ? row.reserved_tokens : (row.input_tokens ?? 0) + (row.output_tokens ?? 0);
    costMicros += row.cost_micros ?? 0;
  }
  return { tokens, costMicros };
}
