import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Warnings of growing workers, what the watch says of services and servers, and diagnoses that nobody asked for. */
export const warnings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await unasked(db);
    await warningsOfServices(db);
    await lastWords(db);
  },
};

async function unasked(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('incident').addColumn('thread_of', 'text').execute();
  await db.schema.alterTable('run').addColumn('because', 'text').execute();
  await db.schema
    .createIndex('incident_by_service')
    .on('incident')
    .columns(['service', 'opened_at_ms'])
    .execute();
  await db.schema.createIndex('incident_by_message').on('incident').column('thread_of').execute();
}

async function warningsOfServices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('warning')
    .addColumn('id', 'text', column => column.primaryKey().references('incident.id').onDelete('cascade'))
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('opened_at_ms', 'bigint', column => column.notNull())
    .addColumn('episode', 'text', column => column.notNull())
    .addColumn('growth', 'text', column => column.notNull())
    .addColumn('snooze', 'text')
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('changed_at_ms', 'bigint', column => column.notNull())
    // Of two who see the same begin, the database lets one open its warning.
    .addUniqueConstraint('warning_once', ['service', 'opened_at_ms'])
    .addCheckConstraint('warning_version', sql`version >= 1`)
    .execute();
  await db.schema
    .createTable('warning_kill')
    .addColumn('warning_id', 'text', column => column.notNull().references('warning.id').onDelete('cascade'))
    .addColumn('server', 'text', column => column.notNull())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addColumn('kills', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('warning_kill_key', ['warning_id', 'server', 'at_ms'])
    .addCheckConstraint('warning_kill_count', sql`kills >= 1`)
    .execute();
  await db.schema
    .createTable('warning_ping')
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addPrimaryKeyConstraint('warning_ping_key', ['channel', 'service', 'at_ms'])
    .execute();
  await sql`insert into counter (name, value) values ('ping', 0)`.execute(db);
}

async function lastWords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('growth_look')
    .addColumn('service', 'text', column => column.primaryKey())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createTable('server_note')
    .addColumn('server', 'text', column => column.primaryKey())
    .addColumn('silent_since_ms', 'bigint')
    .addColumn('gaps', 'text', column => column.notNull())
    .addColumn('told_at_ms', 'bigint', column => column.notNull())
    .execute();
}
