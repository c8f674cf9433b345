import type { ServerNote, ServerNotes } from '../../../workflows/sample-ports.ts';
import type { Session } from '../session.ts';

/** Rows per statement: both engines take over 30,000 parameters, a row has four. */
const ROWS_AT_ONCE = 1_000;

/** What the owner of each server said of it last. */
export class ServerNoteStore implements ServerNotes {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async keep(notes: readonly ServerNote[]): Promise<void> {
    if (notes.length === 0) return;
    await this.#session.write(async db => {
      for (let begin = 0; begin < notes.length; begin += ROWS_AT_ONCE) {
        const rows = notes.slice(begin, begin + ROWS_AT_ONCE).map(note => ({
          server: note.server,
          silent_since_ms: note.silentSinceMs ?? null,
          gaps: JSON.stringify(note.gaps),
          told_at_ms: note.toldAtMs,
        }));
        await db
          .insertInto('server_note')
          .values(rows)
          .onConflict(conflict =>
            conflict.column('server').doUpdateSet(eb => ({
              silent_since_ms: eb.ref('excluded.silent_since_ms'),
              gaps: eb.ref('excluded.gaps'),
              told_at_ms: eb.ref('excluded.told_at_ms'),
            })),
          )
          .execute();
      }
    });
  }

  async all(): Promise<readonly ServerNote[]> {
    const rows = await this.#session.db.selectFrom('server_note').selectAll().orderBy('server').execute();
    return rows.map(row => ({
      server: row.server,
      ...(row.silent_since_ms !== null && { silentSinceMs: row.silent_since_ms }),
      gaps: JSON.parse(row.gaps),
      toldAtMs: row.told_at_ms,
    }));
  }
}
