import type { AlertGroup } from '../../intake/alert-group.ts';
import type { AlertGroups } from '../../workflows/alert-ports.ts';
import type { Session } from './session.ts';

/** The last group of alerts of each service, as JSON in a row of its own. */
export class AlertGroupStore implements AlertGroups {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async hold(service: string): Promise<AlertGroup | undefined> {
    return this.#session.write(async db => {
      await db
        .insertInto('alert_group')
        .values({ service, state: null, untold: 0, opened_at_ms: 0, heard_at_ms: 0, version: 0, body: null })
        .onConflict(conflict => conflict.doNothing())
        .execute();
      // Whoever updates the row first has it; others wait until this transaction ends.
      const { body } = await db
        .updateTable('alert_group')
        .set(eb => ({ version: eb('version', '+', 1) }))
        .where('service', '=', service)
        .returning('body')
        .executeTakeFirstOrThrow();
      return groupOf(body);
    });
  }

  async keep(group: AlertGroup): Promise<void> {
    await this.#session.write(async db => {
      const row = {
        state: group.state,
        untold: group.untold ? (1 as const) : (0 as const),
        opened_at_ms: group.openedAtMs,
        heard_at_ms: group.heardAtMs,
        body: JSON.stringify(group),
      };
      await db
        .insertInto('alert_group')
        .values({ service: group.service, version: 1, ...row })
        .onConflict(conflict => conflict.column('service').doUpdateSet(row))
        .execute();
    });
  }

  async find(service: string): Promise<AlertGroup | undefined> {
    const row = await this.#session.db
      .selectFrom('alert_group')
      .select('body')
      .where('service', '=', service)
      .executeTakeFirst();
    return groupOf(row?.body ?? null);
  }

  async firing(): Promise<readonly AlertGroup[]> {
    const rows = await this.#session.db
      .selectFrom('alert_group')
      .select('body')
      .where('state', '=', 'firing')
      .orderBy('opened_at_ms')
      .orderBy('service')
      .execute();
    return rows.flatMap(({ body }) => groupOf(body) ?? []);
  }

  async untold(): Promise<readonly string[]> {
    const rows = await this.#session.db
      .selectFrom('alert_group')
      .select('service')
      .where('untold', '=', 1)
      .orderBy('service')
      .execute();
    return rows.map(({ service }) => service);
  }
}

function groupOf(body: string | null): AlertGroup | undefined {
  return body === null ? undefined : (JSON.parse(body) as AlertGroup);
}
