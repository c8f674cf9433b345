import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** A value in a row of any table. */
export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

export interface PortableTable {
  readonly name: keyof Tables;
  readonly columns: readonly string[];
  /** Of the columns: the key, in which order rows are read. */
  readonly key: readonly string[];
  /** Of the columns: those that hold bytes. */
  readonly bytes: readonly string[];
}

/**
 * Every table that outlives the processes, in an order in which what refers comes after what it refers to. Who
 * works with a state at this moment is no part of what it holds.
 */
export const PORTABLE_TABLES: readonly PortableTable[] = [
  table(
    'incident',
    ...['id*', 'service', 'workspace', 'channel', 'thread_ts', 'thread_of', 'opened_by', 'opened_at_ms'],
    ...['number', 'opened_from', 'standing', 'severity', 'owner', 'playbook', 'notice', 'open_since_ms'],
    ...['resolved_at_ms', 'resolved_by', 'resolved_reason', 'card', 'changed_at_ms', 'version'],
  ),
  table('incident_entry', 'incident_id*', 'number*', 'at_ms', 'body'),
  table(
    'run',
    ...['id*', 'incident_id', 'number', 'asked_by', 'asked_at_ms', 'window_from_ms', 'window_to_ms'],
    ...['state', 'attempts', 'ended_at_ms', 'failure', 'because'],
  ),
  table('verdict', 'run_id*', 'body'),
  table('evidence', 'run_id*', 'number*', 'body'),
  table('feedback', 'run_id*', 'number*', 'person', 'at_ms', 'note'),
  table('inbox', 'key*', 'claimed_at_ms'),
  table('stamp', 'key*', 'incident_id', 'channel', 'ts'),
  table(
    'outbox',
    ...['sequence*', 'key', 'incident_id', 'channel', 'kind', 'in_thread_of', 'thread_ts', 'target', 'body'],
    ...['state', 'handed_out', 'attempts', 'due_at_ms', 'queued_at_ms', 'ended_at_ms', 'progress', 'reason'],
  ),
  table('outgoing_file', 'sequence*', 'name', 'title', 'alt_text', 'bytes_base64'),
  table(
    'warning',
    ...['id*', 'service', 'channel', 'opened_at_ms', 'episode', 'growth', 'snooze', 'version'],
    'changed_at_ms',
  ),
  table('warning_kill', 'warning_id*', 'server*', 'at_ms*', 'kills'),
  table('warning_ping', 'channel*', 'service*', 'at_ms*'),
  table('growth_look', 'service*', 'at_ms', 'body'),
  table('server_note', 'server*', 'silent_since_ms', 'gaps', 'told_at_ms'),
  table('alert_group', 'service*', 'state', 'untold', 'opened_at_ms', 'heard_at_ms', 'version', 'body'),
  table(
    'narration',
    ...['id*', 'run_id', 'person', 'model', 'question', 'asked_at_ms', 'reserved_tokens', 'outcome'],
    ...['input_tokens', 'output_tokens', 'cost_micros', 'ended_at_ms'],
  ),
  table('narration_part', 'narration_id*', 'number*', 'direction', 'at_ms', 'body'),
  table('counter', 'name*', 'value'),
  table('watched_unit', 'id*', 'server', 'unit'),
  table('minute_sample', 'unit_id*', 'minute*', 'body#'),
  table('unit_hour', 'unit_id*', 'hour*', 'body#'),
  table('unit_day', 'unit_id*', 'day*', 'body#'),
  table(
    'service_minute',
    ...['service*', 'minute*', 'requests', 'http502', 'http504', 'oom_kills', 'worker_ends', 'restarts'],
  ),
  table('service_hour', 'service*', 'hour*', 'body#'),
  table(
    'proposal',
    ...[
      'id*',
      'number',
      'digest',
      'plan',
      'brief',
      'service',
      'remedy',
      'incident_id',
      'channel',
      'requester',
      'reason',
    ],
    ...['quorum', 'state', 'version', 'clock_run', 'created_at_ms', 'expires_at_ms', 'ended_at_ms', 'detail'],
    ...['break_glass_by', 'break_glass_reason'],
  ),
  table('approval', 'proposal_id*', 'approver*', 'digest', 'at_ms'),
  table(
    'apply_step',
    ...['proposal_id*', 'server*', 'position', 'state', 'version', 'owner', 'detail', 'changed_at_ms'],
    'acted_at_ms',
  ),
  table('outcome_due', 'proposal_id*', 'due_at_ms*', 'reported_at_ms'),
  table('change_stop', 'name*', 'stopped_by', 'why', 'at_ms'),
  table('audit', 'sequence*', 'at_ms', 'kind', 'actor', 'body', 'previous_hash', 'hash'),
  table('clock_run', 'number*', 'boot', 'offset_ms'),
  // Without its owner: the epochs go on rising.
  table('server_lease', 'server*', 'epoch', 'expires_at_ms'),
];

/** Rows per read and per write: a row has 20 values at most, and both engines take over 30,000. */
const ROWS_AT_ONCE = 500;

/** All rows of a table, some at a time, in the order of its key. */
export async function* rowsOf(
  db: Kysely<Tables>,
  { name, columns, key }: PortableTable,
): AsyncGenerator<readonly Row[]> {
  const refs = (names: readonly string[]) => sql.join(names.map(column => sql.ref(column)));
  for (let last: Row | undefined; ; ) {
    const after: RawBuilder<unknown> = last
      ? sql`where (${refs(key)}) > (${sql.join(key.map(column => sql.val(last?.[column])))})`
      : sql``;
    const { rows } = await sql<Row>`select ${refs(columns)} from ${sql.table(name)} ${after}
      order by ${refs(key)} limit ${sql.lit(ROWS_AT_ONCE)}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) return;
    last = rows.at(-1);
  }
}

/** Puts rows in. Counters are there in every state: theirs take the place of those. */
export async function insertRows(
  db: Kysely<Tables>,
  name: keyof Tables,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  for (let begin = 0; begin < rows.length; begin += ROWS_AT_ONCE) {
    const values = rows.slice(begin, begin + ROWS_AT_ONCE).map(row => {
      return sql`(${sql.join(columns.map(column => sql.val(row[column] ?? null)))})`;
    });
    const inPlace = name === 'counter' ? sql`on conflict (name) do update set value = excluded.value` : sql``;
    await sql`insert into ${sql.table(name)} (${sql.join(columns.map(column => sql.ref(column)))})
      values ${sql.join(values)} ${inPlace}`.execute(db);
  }
}

/** A star marks a column of the key, a hash one of bytes. */
function table(name: keyof Tables, ...columns: readonly string[]): PortableTable {
  const marked = (mark: string) =>
    columns.filter(column => column.endsWith(mark)).map(column => column.slice(0, -1));
  return {
    name,
    columns: columns.map(column => column.replace(/[*#]$/, '')),
    key: marked('*'),
    bytes: marked('#'),
  };
}
