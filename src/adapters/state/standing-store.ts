import type { Kysely, Selectable } from 'kysely';
import type {
  IncidentEntry,
  Joining,
  Standing,
  StandingChange,
  Standings,
} from '../../workflows/incident-ports.ts';
import { incidentOf } from './run-rows.ts';
import type { Session } from './session.ts';
import { nextNumber, type Tables } from './tables.ts';

/** More open incidents than anybody looks at. */
const MOST_OPEN = 200;
const MOST_ENTRIES = 5_000;

/** How incidents stand: the columns of their rows that change. */
export class StandingStore implements Standings {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(incidentId: string): Promise<Standing | undefined> {
    const row = await standing(this.#session.db).where('id', '=', incidentId).executeTakeFirst();
    return row && standingOf(row);
  }

  async hold(incidentId: string): Promise<Standing | undefined> {
    return this.#session.write(db => held(db, incidentId));
  }

  async numbered(number: number): Promise<Standing | undefined> {
    const row = await standing(this.#session.db).where('number', '=', number).executeTakeFirst();
    return row && standingOf(row);
  }

  async ofThread(channel: string, ts: string): Promise<Standing | undefined> {
    const { db } = this.#session;
    const stamp = await db
      .selectFrom('stamp')
      .innerJoin('incident', 'incident.id', 'stamp.incident_id')
      .select(['incident.id', 'incident.thread_of'])
      .where('stamp.channel', '=', channel)
      .where('stamp.ts', '=', ts)
      .executeTakeFirst();
    if (stamp) return this.find(stamp.thread_of === null ? stamp.id : headOf(stamp.thread_of));
    const row = await standing(db)
      .where('channel', '=', channel)
      .where('thread_ts', '=', ts)
      .orderBy('opened_at_ms', 'desc')
      .executeTakeFirst();
    return row && standingOf(row);
  }

  async open(): Promise<readonly Standing[]> {
    const rows = await standing(this.#session.db)
      .where('standing', '<>', 'resolved')
      .orderBy('number')
      .limit(MOST_OPEN)
      .execute();
    return rows.map(standingOf);
  }

  async recent(limit: number): Promise<readonly Standing[]> {
    const rows = await standing(this.#session.db).orderBy('number', 'desc').limit(limit).execute();
    return rows.map(standingOf);
  }

  async toJoin(joining: Joining): Promise<Standing | undefined> {
    return this.#session.write(async db => {
      // Others wait here until this transaction ends, and then see what it opened.
      await db
        .updateTable('counter')
        .set(eb => ({ value: eb.ref('value') }))
        .where('name', '=', 'incident')
        .execute();
      const row = await db
        .selectFrom('incident')
        .select('id')
        .where('number', 'is not', null)
        .where('service', '=', joining.service)
        .where('workspace', '=', joining.workspace)
        .where('channel', '=', joining.channel)
        // What people asked in threads of their own was answered there; a change is no trouble.
        .where('thread_ts', 'is', null)
        .where('opened_from', '<>', 'change')
        .where(eb =>
          eb.or([
            eb.and([eb('standing', '<>', 'resolved'), eb('changed_at_ms', '>=', joining.openSinceMs)]),
            eb('resolved_at_ms', '>=', joining.resolvedSinceMs),
          ]),
        )
        .orderBy('number', 'desc')
        .executeTakeFirst();
      return row && held(db, row.id);
    });
  }

  async change(
    seen: Pick<Standing, 'incident' | 'version'>,
    to: StandingChange,
  ): Promise<Standing | undefined> {
    const row = await this.#session.write(db =>
      db
        .updateTable('incident')
        .set({ ...changed(to), version: seen.version + 1 })
        .where('id', '=', seen.incident.id)
        .where('version', '=', seen.version)
        .returningAll()
        .executeTakeFirst(),
    );
    return row && standingOf(row);
  }

  async parts(incidentId: string): Promise<readonly string[]> {
    const rows = await this.#session.db
      .selectFrom('incident')
      .select('id')
      .where('thread_of', '=', `${incidentId}/root`)
      .orderBy('opened_at_ms')
      .orderBy('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  async add(incidentId: string, entry: IncidentEntry): Promise<void> {
    await this.#session.write(async db => {
      const number = await nextNumber(db, 'entry');
      await db
        .insertInto('incident_entry')
        .values({ incident_id: incidentId, number, at_ms: entry.atMs, body: JSON.stringify(entry) })
        .execute();
    });
  }

  async entries(incidentId: string): Promise<readonly IncidentEntry[]> {
    const rows = await this.#session.db
      .selectFrom('incident_entry')
      .select('body')
      .where('incident_id', '=', incidentId)
      .orderBy('number')
      .limit(MOST_ENTRIES)
      .execute();
    return rows.map(({ body }) => JSON.parse(body) as IncidentEntry);
  }
}

/** `ID/root`: the incident in whose thread another one stands. */
function headOf(threadOf: string): string {
  return threadOf.replace(/\/root$/, '');
}

/** Whoever updates the row first has it; others wait until this transaction ends. */
async function held(db: Kysely<Tables>, incidentId: string): Promise<Standing | undefined> {
  const row = await db
    .updateTable('incident')
    .set(eb => ({ version: eb.ref('version') }))
    .where('id', '=', incidentId)
    .where('number', 'is not', null)
    .returningAll()
    .executeTakeFirst();
  return row && standingOf(row);
}

/** Only those that stand by themselves have a number. */
function standing(db: Kysely<Tables>) {
  return db.selectFrom('incident').selectAll().where('number', 'is not', null);
}

function changed(to: StandingChange) {
  const { state, severity, owner, playbook, notice, openSinceMs, resolved, card, changedAtMs } = to;
  return {
    standing: state,
    severity,
    owner: owner ?? null,
    playbook: playbook ?? null,
    notice: notice ?? null,
    open_since_ms: openSinceMs,
    resolved_at_ms: resolved?.atMs ?? null,
    resolved_by: resolved?.by ?? null,
    resolved_reason: resolved?.reason ?? null,
    card: card === undefined ? null : JSON.stringify(card),
    changed_at_ms: changedAtMs,
  };
}

function standingOf(row: Selectable<Tables['incident']>): Standing {
  return {
    incident: incidentOf(row),
    number: row.number ?? 0,
    origin: row.opened_from ?? 'command',
    state: row.standing ?? 'resolved',
    severity: row.severity ?? 'high',
    ...(row.owner !== null && { owner: row.owner }),
    ...(row.playbook !== null && { playbook: row.playbook }),
    ...(row.notice !== null && { notice: row.notice }),
    openSinceMs: row.open_since_ms ?? row.opened_at_ms,
    ...(row.resolved_at_ms !== null && {
      resolved: {
        atMs: row.resolved_at_ms,
        by: row.resolved_by ?? '',
        reason: row.resolved_reason ?? '',
      },
    }),
    ...(row.card !== null && { card: JSON.parse(row.card) }),
    version: row.version,
    changedAtMs: row.changed_at_ms ?? row.opened_at_ms,
  };
}
