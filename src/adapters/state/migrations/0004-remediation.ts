import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Changes of servers: what is proposed, who consents, how far it got, and the audit of all that was decided. */
export const remediation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await proposals(db);
    await consent(db);
    await steps(db);
    await audit(db);
    await clock(db);
    await sql`insert into counter (name, value) values ('proposal', 0), ('audit', 0)`.execute(db);
  },
};

async function proposals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proposal')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('number', 'bigint', column => column.notNull().unique())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('plan', 'text', column => column.notNull())
    .addColumn('brief', 'text', column => column.notNull())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('remedy', 'text', column => column.notNull())
    .addColumn('incident_id', 'text', column => column.notNull())
    .addColumn('channel', 'text', column => column.notNull())
    .addColumn('requester', 'text', column => column.notNull())
    .addColumn('reason', 'text', column => column.notNull())
    .addColumn('quorum', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('clock_run', 'bigint')
    .addColumn('created_at_ms', 'bigint', column => column.notNull())
    .addColumn('expires_at_ms', 'bigint', column => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('detail', 'text')
    .addColumn('break_glass_by', 'text')
    .addColumn('break_glass_reason', 'text')
    .addCheckConstraint(
      'proposal_state',
      sql`state in ('open', 'approved', 'applying', 'done', 'rolled-back', 'unknown', 'failed', 'stale', 'rejected',
        'expired', 'superseded')`,
    )
    .addCheckConstraint(
      'proposal_end',
      sql`(state in ('open', 'approved', 'applying')) = (ended_at_ms is null)`,
    )
    .addCheckConstraint('proposal_glass', sql`(break_glass_by is null) = (break_glass_reason is null)`)
    .addCheckConstraint('proposal_counts', sql`quorum >= 1 and version >= 1`)
    .execute();
  await db.schema.createIndex('proposal_by_service').on('proposal').columns(['service', 'number']).execute();
  await db.schema.createIndex('proposal_by_state').on('proposal').column('state').execute();
  await db.schema.createIndex('proposal_by_incident').on('proposal').column('incident_id').execute();
  // What the statements see to, the database holds once more: one change of a kind waits, one of a service is made.
  await db.schema
    .createIndex('proposal_one_open')
    .unique()
    .on('proposal')
    .columns(['service', 'remedy'])
    .where(sql<boolean>`state in ('open', 'approved', 'applying')`)
    .execute();
  await db.schema
    .createIndex('proposal_one_applying')
    .unique()
    .on('proposal')
    .column('service')
    .where(sql.ref('state'), '=', sql.lit('applying'))
    .execute();
}

async function consent(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approval')
    .addColumn('proposal_id', 'text', column =>
      column.notNull().references('proposal.id').onDelete('cascade'),
    )
    .addColumn('approver', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addPrimaryKeyConstraint('approval_key', ['proposal_id', 'approver'])
    .execute();
  await db.schema
    .createTable('change_stop')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('stopped_by', 'text', column => column.notNull())
    .addColumn('why', 'text', column => column.notNull())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addCheckConstraint('change_stop_one', sql`name = 'changes'`)
    .execute();
}

async function steps(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('apply_step')
    .addColumn('proposal_id', 'text', column =>
      column.notNull().references('proposal.id').onDelete('cascade'),
    )
    .addColumn('server', 'text', column => column.notNull())
    .addColumn('position', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('process', 'bigint')
    .addColumn('detail', 'text')
    .addColumn('changed_at_ms', 'bigint', column => column.notNull())
    .addColumn('acted_at_ms', 'bigint')
    .addPrimaryKeyConstraint('apply_step_key', ['proposal_id', 'server'])
    .addUniqueConstraint('apply_step_order', ['proposal_id', 'position'])
    .addCheckConstraint(
      'apply_step_state',
      sql`state in ('waiting', 'claimed', 'checked', 'written', 'reloaded', 'verified', 'watching', 'unknown', 'done',
        'rolled-back', 'stale', 'failed', 'skipped')`,
    )
    .execute();
  await db.schema.createIndex('apply_step_by_state').on('apply_step').column('state').execute();
  await db.schema
    .createTable('outcome_due')
    .addColumn('proposal_id', 'text', column =>
      column.notNull().references('proposal.id').onDelete('cascade'),
    )
    .addColumn('due_at_ms', 'bigint', column => column.notNull())
    .addColumn('reported_at_ms', 'bigint')
    .addPrimaryKeyConstraint('outcome_due_key', ['proposal_id', 'due_at_ms'])
    .execute();
  await db.schema
    .createIndex('outcome_due_by_time')
    .on('outcome_due')
    .column('due_at_ms')
    .where(sql<boolean>`reported_at_ms is null`)
    .execute();
}

async function audit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('sequence', 'bigint', column => column.primaryKey())
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('actor', 'text', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addColumn('previous_hash', 'text', column => column.notNull())
    .addColumn('hash', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('audit_by_kind').on('audit').columns(['kind', 'sequence']).execute();
  if (db.getExecutor().adapter instanceof SqliteAdapter) await guardedInSqlite(db);
  else await guardedInPostgres(db);
}

/** Against our own mistakes and a slip at the prompt. Who can take the guard away is found by the chain. */
async function guardedInSqlite(db: Kysely<unknown>): Promise<void> {
  for (const change of ['update', 'delete']) {
    await sql`create trigger ${sql.ref(`audit_no_${change}`)} before ${sql.raw(change)} on audit
      begin select raise(abort, 'the audit is append-only'); end`.execute(db);
  }
}

async function guardedInPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create function audit_is_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'the audit is append-only'; end $$`.execute(db);
  await sql`create trigger audit_no_change before update or delete on audit
    for each row execute function audit_is_append_only()`.execute(db);
  await sql`create trigger audit_no_truncate before truncate on audit
    for each statement execute function audit_is_append_only()`.execute(db);
}

/** The stretches in which the clock of the one machine ran on without being set. */
async function clock(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('clock_run')
    .addColumn('number', 'bigint', column => column.primaryKey())
    .addColumn('boot', 'text', column => column.notNull())
    .addColumn('offset_ms', 'bigint', column => column.notNull())
    .execute();
}
