import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How incidents stand, and what belongs into their timelines and is kept nowhere else. */
export const incidents: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [name, type] of COLUMNS)
      await db.schema.alterTable('incident').addColumn(name, type).execute();
    await db.schema
      .alterTable('incident')
      .addColumn('version', 'integer', column => column.notNull().defaultTo(1))
      .execute();
    await standAsTheyDid(db);
    await db.schema.createIndex('incident_by_number').unique().on('incident').column('number').execute();
    await db.schema
      .createIndex('incident_by_standing')
      .on('incident')
      .columns(['standing', 'changed_at_ms'])
      .execute();
    await db.schema
      .createTable('incident_entry')
      .addColumn('incident_id', 'text', column =>
        column.notNull().references('incident.id').onDelete('cascade'),
      )
      .addColumn('number', 'bigint', column => column.notNull())
      .addColumn('at_ms', 'bigint', column => column.notNull())
      .addColumn('body', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('incident_entry_key', ['incident_id', 'number'])
      .execute();
    await sql`insert into counter (name, value) values ('entry', 0)`.execute(db);
  },
};

const COLUMNS = [
  ['number', 'bigint'],
  ['opened_from', 'text'],
  ['standing', 'text'],
  ['severity', 'text'],
  ['owner', 'text'],
  ['playbook', 'text'],
  ['notice', 'text'],
  ['open_since_ms', 'bigint'],
  ['resolved_at_ms', 'bigint'],
  ['resolved_by', 'text'],
  ['resolved_reason', 'text'],
  ['card', 'text'],
  ['changed_at_ms', 'bigint'],
] as const;

/** Nobody said when those from before were over: they count as resolved when they were opened. */
async function standAsTheyDid(db: Kysely<unknown>): Promise<void> {
  await sql`update incident set
      standing = 'resolved', severity = 'low', open_since_ms = opened_at_ms, changed_at_ms = opened_at_ms,
      resolved_at_ms = opened_at_ms, resolved_by = 'staunch',
      resolved_reason = 'Opened before Staunch followed incidents to their end.',
      opened_from = case when exists (select 1 from warning where warning.id = incident.id) then 'warning'
        when opened_by = 'staunch' then 'watch' else 'command' end,
      number = (select count(*) from incident as other where other.thread_of is null and (other.opened_at_ms < incident.opened_at_ms
        or (other.opened_at_ms = incident.opened_at_ms and other.id <= incident.id)))
      where thread_of is null`.execute(db);
  await sql`insert into counter (name, value)
      select 'incident', count(*) from incident where thread_of is null`.execute(db);
}
