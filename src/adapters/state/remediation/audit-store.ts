import type { Audit, AuditEntry, AuditHead, NewAuditEntry } from '../../../workflows/remediation-ports.ts';
import type { Session } from '../session.ts';
import { entryOf, headOf } from './audit-rows.ts';
import { decide } from './decision.ts';

/** The chain of what was decided. It is only ever appended to; the database refuses anything else. */
export class AuditStore implements Audit {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async append({ atMs, kind, actor, body }: NewAuditEntry): Promise<AuditEntry> {
    return decide(this.#session, atMs, decision => decision.record(kind, actor, body));
  }

  async entries(fromSequence: number, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#session.db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>=', fromSequence)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map(entryOf);
  }

  async head(): Promise<AuditHead | undefined> {
    return headOf(this.#session.db);
  }

  async lastOf(kind: string): Promise<AuditEntry | undefined> {
    const row = await this.#session.db
      .selectFrom('audit')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && entryOf(row);
  }
}
