import { type Kysely, sql } from 'kysely';
import type { AuditEntry } from '../../../workflows/remediation-ports.ts';
import type { Session } from '../session.ts';
import type { Tables } from '../tables.ts';
import { appendEntry } from './audit-rows.ts';
import { type ClockRun, clockRunNow, setBetween } from './clock-runs.ts';

/** Something that is being decided. Nobody else decides anything until its transaction ends. */
export interface Decision {
  readonly db: Kysely<Tables>;
  /** The time by which it is judged. */
  readonly nowMs: number;
  /** Where the clock is watched. */
  readonly clockRun?: ClockRun;
  /** Appends to the audit, in the same transaction. `undefined` fields are left out. */
  record(kind: string, actor: string, body: Readonly<Record<string, unknown>>): Promise<AuditEntry>;
}

/** Who decides when nobody in particular does. */
export const STAUNCH = 'staunch';

/**
 * Decides in a transaction of its own, or within one already. The row of the audit's counter is touched first, always:
 * so all decisions take turns, and none waits for another that waits for it.
 * @param atMs counts where the database has no clock of its own
 */
export function decide<T>(
  session: Session,
  atMs: number,
  work: (decision: Decision) => Promise<T>,
): Promise<T> {
  return session.write(async db => {
    const nowMs = await takeTurn(db, session, atMs);
    const record: Decision['record'] = (kind, actor, body) =>
      appendEntry(db, { atMs: nowMs, kind, actor, body: withoutGaps(body) });
    if (!session.watchedClock) return work({ db, nowMs, record });
    const { run, before } = await clockRunNow(db, session.watchedClock);
    if (before) await record('clock-set', STAUNCH, { byMs: setBetween(before, run) });
    return work({ db, nowMs, record, clockRun: run });
  });
}

async function takeTurn(db: Kysely<Tables>, { sharing }: Session, atMs: number): Promise<number> {
  const { now } = await db
    .updateTable('counter')
    .set(eb => ({ value: eb.ref('value') }))
    .where('name', '=', 'audit')
    .returning(sql<number>`${sharing?.now ?? sql.val(atMs)}`.as('now'))
    .executeTakeFirstOrThrow();
  return now;
}

function withoutGaps(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
