import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of the first release: incidents and their runs, inbox, outbox, stamps, and the owner's lease. */
export const firstTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await incidents(db);
    await whatRunsFound(db);
    await deliveries(db);
    await owner(db);
  },
};

async function incidents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('incident')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('workspace', 'text', column => column.notNull())
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('thread_ts', 'text')
    .addColumn('opened_by', 'text', column => column.notNull())
    .addColumn('opened_at_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema
    .createIndex('incident_by_thread')
    .on('incident')
    .columns(['channel', 'thread_ts'])
    .execute();
  await db.schema
    .createTable('run')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('incident_id', 'text', column =>
      column.notNull().references('incident.id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', column => column.notNull())
    .addColumn('asked_by', 'text', column => column.notNull())
    .addColumn('asked_at_ms', 'bigint', column => column.notNull())
    .addColumn('window_from_ms', 'bigint', column => column.notNull())
    .addColumn('window_to_ms', 'bigint', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('attempts', 'integer', column => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('failure', 'text')
    .addUniqueConstraint('run_number', ['incident_id', 'number'])
    .addCheckConstraint('run_state', sql`state in ('running', 'done', 'failed')`)
    .addCheckConstraint('run_end', sql`(state = 'running') = (ended_at_ms is null)`)
    .addCheckConstraint('run_failure', sql`(state = 'failed') = (failure is not null)`)
    .addCheckConstraint('run_counts', sql`number >= 1 and attempts >= 1`)
    .execute();
  // Of two calls at once for another run, the database lets one through.
  await db.schema
    .createIndex('run_one_running')
    .unique()
    .on('run')
    .column('incident_id')
    .where(sql.ref('state'), '=', sql.lit('running'))
    .execute();
}

async function whatRunsFound(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('verdict')
    .addColumn('run_id', 'text', column => column.primaryKey().references('run.id').onDelete('cascade'))
    .addColumn('body', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createTable('evidence')
    .addColumn('run_id', 'text', column => column.notNull().references('run.id').onDelete('cascade'))
    .addColumn('number', 'integer', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('evidence_key', ['run_id', 'number'])
    .execute();
  await db.schema
    .createTable('feedback')
    .addColumn('run_id', 'text', column => column.notNull().references('run.id').onDelete('cascade'))
    .addColumn('number', 'bigint', column => column.notNull())
    .addColumn('person', 'text', column => column.notNull())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addColumn('note', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('feedback_key', ['run_id', 'number'])
    .addCheckConstraint('feedback_length', sql`length(note) <= 2000`)
    .execute();
}

async function deliveries(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('inbox')
    .addColumn('key', 'text', column => column.primaryKey())
    .addColumn('claimed_at_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema.createIndex('inbox_by_time').on('inbox').column('claimed_at_ms').execute();
  await db.schema
    .createTable('stamp')
    .addColumn('key', 'text', column => column.primaryKey())
    .addColumn('incident_id', 'text', column =>
      column.notNull().references('incident.id').onDelete('cascade'),
    )
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('ts', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('stamp_by_message').on('stamp').columns(['channel', 'ts']).execute();
  await db.schema.createIndex('stamp_by_incident').on('stamp').column('incident_id').execute();
  await outbox(db);
}

async function outbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('sequence', 'bigint', column => column.primaryKey())
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('incident_id', 'text', column =>
      column.notNull().references('incident.id').onDelete('cascade'),
    )
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('in_thread_of', 'text')
    .addColumn('thread_ts', 'text')
    .addColumn('target', 'text')
    .addColumn('body', 'text')
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('handed_out', 'integer', column => column.notNull())
    .addColumn('attempts', 'integer', column => column.notNull())
    .addColumn('due_at_ms', 'bigint', column => column.notNull())
    .addColumn('queued_at_ms', 'bigint', column => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('progress', 'text')
    .addColumn('reason', 'text')
    .addCheckConstraint('outbox_kind', sql`kind in ('post', 'update', 'upload')`)
    .addCheckConstraint('outbox_state', sql`state in ('waiting', 'sent', 'abandoned')`)
    .addCheckConstraint('outbox_end', sql`(state = 'waiting') = (ended_at_ms is null)`)
    .addCheckConstraint('outbox_handed_out', sql`handed_out in (0, 1)`)
    .addCheckConstraint('outbox_target', sql`(kind = 'update') = (target is not null)`)
    .addCheckConstraint('outbox_body', sql`kind = 'upload' or state <> 'waiting' or body is not null`)
    .execute();
  await db.schema
    .createIndex('outbox_once')
    .unique()
    .on('outbox')
    .column('key')
    .where(sql.ref('kind'), '<>', sql.lit('update'))
    .execute();
  await db.schema
    .createIndex('outbox_one_open_update')
    .unique()
    .on('outbox')
    .column('key')

    .where(sql<boolean>`kind = 'update' and state = 'waiting' and handed_out = 0`)
    .execute();
  await db.schema
    .createIndex('outbox_by_channel')
    .on('outbox')
    .columns(['state', 'channel', 'sequence'])
    .execute();
  await db.schema.createIndex('outbox_by_incident').on('outbox').column('incident_id').execute();
  await db.schema
    .createTable('outgoing_file')
    .addColumn('sequence', 'bigint', column =>
      column.primaryKey().references('outbox.sequence').onDelete('cascade'),
    )
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('title', 'text', column => column.notNull())
    .addColumn('alt_text', 'text', column => column.notNull())
    .addColumn('bytes_base64', 'text', column => column.notNull())
    .execute();
}

async function owner(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counter')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('value', 'bigint', column => column.notNull())
    .execute();
  await sql`insert into counter (name, value) values ('parcel', 0), ('feedback', 0)`.execute(db);
  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('host', 'text', column => column.notNull())
    .addColumn('boot', 'text', column => column.notNull())
    .addColumn('pid_space', 'text', column => column.notNull())
    .addColumn('pid', 'bigint')
    .addColumn('process_start', 'text', column => column.notNull())
    .addColumn('epoch', 'bigint', column => column.notNull())
    .addColumn('expires_at_ms', 'bigint', column => column.notNull())
    .execute();
}
