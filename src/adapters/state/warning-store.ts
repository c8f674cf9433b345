import type { Kysely, Selectable } from 'kysely';
import type { Ping, PingBudget, WarnedKill, Warning, Warnings } from '../../workflows/warning-ports.ts';
import type { Session } from './session.ts';
import { nextNumber, type Tables } from './tables.ts';

type WarningRow = Selectable<Tables['warning']>;

/** Warnings of growth. Of a service the one that began last counts; the others stay as its past. */
export class WarningStore implements Warnings {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async ofService(service: string): Promise<Warning | undefined> {
    const row = await this.#session.db
      .selectFrom('warning')
      .selectAll()
      .where('service', '=', service)
      .orderBy('opened_at_ms', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && warningOf(row);
  }

  async find(id: string): Promise<Warning | undefined> {
    const row = await this.#session.db
      .selectFrom('warning')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && warningOf(row);
  }

  async newest(): Promise<readonly Warning[]> {
    const rows = await this.#session.db
      .selectFrom('warning')
      .selectAll()
      .where(eb =>
        eb(
          'opened_at_ms',
          '=',
          eb
            .selectFrom('warning as other')
            .select(other => other.fn.max<number>('other.opened_at_ms').as('opened_at_ms'))
            .whereRef('other.service', '=', 'warning.service'),
        ),
      )
      .orderBy('service')
      .execute();
    return rows.map(warningOf);
  }

  async open(warning: Omit<Warning, 'version'>): Promise<Warning | undefined> {
    const { id, service, channel, episode } = warning;
    const row = await this.#session.write(db =>
      db
        .insertInto('warning')
        .values({ id, service, channel, opened_at_ms: episode.openedAtMs, version: 1, ...told(warning) })
        .onConflict(conflict => conflict.doNothing())
        .returningAll()
        .executeTakeFirst(),
    );
    return row && warningOf(row);
  }

  async change(
    seen: Pick<Warning, 'id' | 'version'>,
    to: Pick<Warning, 'episode' | 'growth' | 'snooze' | 'changedAtMs'>,
  ): Promise<Warning | undefined> {
    const row = await this.#session.write(db =>
      db
        .updateTable('warning')
        .set({ ...told(to), version: seen.version + 1 })
        .where('id', '=', seen.id)
        .where('version', '=', seen.version)
        .returningAll()
        .executeTakeFirst(),
    );
    return row && warningOf(row);
  }

  async addKill(id: string, { server, atMs, kills }: WarnedKill): Promise<boolean> {
    const row = await this.#session.write(db =>
      db
        .insertInto('warning_kill')
        .values({ warning_id: id, server, at_ms: atMs, kills })
        .onConflict(conflict => conflict.doNothing())
        .returning('kills')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  async kills(id: string): Promise<readonly WarnedKill[]> {
    return this.#session.db
      .selectFrom('warning_kill')
      .select(['server', 'at_ms as atMs', 'kills'])
      .where('warning_id', '=', id)
      .orderBy('at_ms')
      .orderBy('server')
      .execute();
  }

  async ping({ channel, service, atMs }: Ping, { most, sinceMs }: PingBudget): Promise<boolean> {
    return this.#session.write(async db => {
      // First, so that writers take turns: two at once would both find room for one.
      await nextNumber(db, 'ping');
      if ((await counted(db, channel, sinceMs)) >= most) return false;
      await db
        .insertInto('warning_ping')
        .values({ channel, service, at_ms: atMs })
        .onConflict(conflict => conflict.doNothing())
        .execute();
      return true;
    });
  }

  async pings(channel: string, sinceMs: number): Promise<number> {
    return counted(this.#session.db, channel, sinceMs);
  }
}

async function counted(db: Kysely<Tables>, channel: string, sinceMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('warning_ping')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('channel', '=', channel)
    .where('at_ms', '>', sinceMs)
    .executeTakeFirstOrThrow();
  return count;
}

function told({
  episode,
  growth,
  snooze,
  changedAtMs,
}: Pick<Warning, 'episode' | 'growth' | 'snooze' | 'changedAtMs'>) {
  return {
    episode: JSON.stringify(episode),
    growth: JSON.stringify(growth),
    snooze: snooze === undefined ? null : JSON.stringify(snooze),
    changed_at_ms: changedAtMs,
  };
}

function warningOf(row: WarningRow): Warning {
  return {
    id: row.id,
    service: row.service,
    channel: row.channel,
    episode: JSON.parse(row.episode),
    growth: JSON.parse(row.growth),
    ...(row.snooze !== null && { snooze: JSON.parse(row.snooze) }),
    version: row.version,
    changedAtMs: row.changed_at_ms,
  };
}
