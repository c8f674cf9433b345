import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What language models were sent and answered, and what that used. */
export const narration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('narration')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('run_id', 'text', column => column.notNull())
      .addColumn('person', 'text', column => column.notNull())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('question', 'text', column => column.notNull())
      .addColumn('asked_at_ms', 'bigint', column => column.notNull())
      .addColumn('reserved_tokens', 'bigint', column => column.notNull())
      .addColumn('outcome', 'text')
      .addColumn('input_tokens', 'bigint')
      .addColumn('output_tokens', 'bigint')
      .addColumn('cost_micros', 'bigint')
      .addColumn('ended_at_ms', 'bigint')
      .execute();
    await db.schema.createIndex('narration_by_run').on('narration').column('run_id').execute();
    await db.schema.createIndex('narration_by_time').on('narration').column('asked_at_ms').execute();
    await db.schema
      .createTable('narration_part')
      .addColumn('narration_id', 'text', column =>
        column.notNull().references('narration.id').onDelete('cascade'),
      )
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('direction', 'text', column => column.notNull())
      .addColumn('at_ms', 'bigint', column => column.notNull())
      .addColumn('body', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('narration_part_key', ['narration_id', 'number'])
      .execute();
    await sql`insert into counter (name, value) values ('narration', 0)`.execute(db);
  },
};
