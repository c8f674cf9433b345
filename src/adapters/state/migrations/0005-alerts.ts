import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The last group of alerts of each service. */
export const alerts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('alert_group')
      .addColumn('service', 'text', column => column.primaryKey())
      .addColumn('state', 'text')
      .addColumn('untold', 'integer', column => column.notNull())
      .addColumn('opened_at_ms', 'bigint', column => column.notNull())
      .addColumn('heard_at_ms', 'bigint', column => column.notNull())
      .addColumn('version', 'bigint', column => column.notNull())
      .addColumn('body', 'text')
      .execute();
  },
};
