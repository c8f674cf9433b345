import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the watch over workers sees, who watches which server, and what several processes need to share a state. */
export const samples: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await samplesOfUnits(db);
    await countsOfServices(db);
    await watching(db);
    await sharing(db);
  },
};

/**
 * `bytea` is PostgreSQL's word. To SQLite it is a type without a meaning: bytes are stored as bytes, whatever the
 * column is called.
 */
async function samplesOfUnits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('watched_unit')
    .addColumn('id', 'bigint', column => column.primaryKey())
    .addColumn('server', 'text', column => column.notNull())
    .addColumn('unit', 'text', column => column.notNull())
    .addUniqueConstraint('watched_unit_once', ['server', 'unit'])
    .execute();
  for (const [table, time] of [
    ['minute_sample', 'minute'],
    ['unit_hour', 'hour'],
    ['unit_day', 'day'],
  ] as const) {
    await db.schema
      .createTable(table)
      .addColumn('unit_id', 'bigint', column => column.notNull().references('watched_unit.id'))
      .addColumn(time, 'integer', column => column.notNull())
      .addColumn('body', 'bytea', column => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['unit_id', time])
      .execute();
    await db.schema.createIndex(`${table}_by_time`).on(table).column(time).execute();
  }
}

async function countsOfServices(db: Kysely<unknown>): Promise<void> {
  let minutes = db.schema
    .createTable('service_minute')
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('minute', 'integer', column => column.notNull());
  for (const column of ['requests', 'http502', 'http504', 'oom_kills', 'worker_ends', 'restarts']) {
    minutes = minutes.addColumn(column, 'bigint', definition => definition.notNull());
  }
  await minutes.addPrimaryKeyConstraint('service_minute_key', ['service', 'minute']).execute();
  await db.schema
    .createTable('service_hour')
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('hour', 'integer', column => column.notNull())
    .addColumn('body', 'bytea', column => column.notNull())
    .addPrimaryKeyConstraint('service_hour_key', ['service', 'hour'])
    .execute();
}

async function watching(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('watcher')
    .addColumn('owner', 'text', column => column.primaryKey())
    .addColumn('expires_at_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema
    .createTable('server_lease')
    .addColumn('server', 'text', column => column.primaryKey())
    .addColumn('owner', 'text')
    .addColumn('epoch', 'bigint', column => column.notNull())
    .addColumn('expires_at_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema.createIndex('server_lease_by_owner').on('server_lease').column('owner').execute();
}

async function sharing(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('run').addColumn('process', 'bigint').execute();
  await db.schema
    .createTable('lane')
    .addColumn('channel', 'text', column => column.primaryKey())
    .addColumn('process', 'bigint', column => column.notNull())
    .execute();
  await sql`insert into counter (name, value)
    values ('process', 0), ('unit', 0), ('claims', 0), ('chores', 0)`.execute(db);
}
