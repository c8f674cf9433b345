import type { Kysely } from 'kysely';
import type { RunState } from '../../workflows/state-ports.ts';

/**
 * The tables of the state, as the migrations make them. Times are epoch ms in a bigint that the driver answers
 * as a number, JSON is text, bytes are base64 text: what SQLite and PostgreSQL hold alike.
 */
export interface Tables {
  inbox: { key: string; claimed_at_ms: number };
  incident: {
    id: string;
    service: string;
    workspace: string;
    channel: string;
    thread_ts: string | null;
    opened_by: string;
    opened_at_ms: number;
  };
  run: {
    id: string;
    incident_id: string;
    number: number;
    asked_by: string;
    asked_at_ms: number;
    window_from_ms: number;
    window_to_ms: number;
    state: RunState;
    attempts: number;
    ended_at_ms: number | null;
    failure: string | null;
  };
  /** `body` is the diagnosis document as JSON, with empty `evidence`. */
  verdict: { run_id: string; body: string };
  /** `number` is that of the evidence id: 12 for E12. JSON, because a line may hold what PostgreSQL's text cannot. */
  evidence: { run_id: string; number: number; body: string };
  feedback: { run_id: string; number: number; person: string; at_ms: number; note: string };
  stamp: { key: string; incident_id: string; channel: string; ts: string };
  outbox: {
    sequence: number;
    key: string;
    incident_id: string;
    channel: string;
    kind: 'post' | 'update' | 'upload';
    in_thread_of: string | null;
    thread_ts: string | null;
    target: string | null;
    /** The message as JSON; gone once the parcel has ended and its evidence is past its retention. */
    body: string | null;
    state: 'waiting' | 'sent' | 'abandoned';
    /** 1 once somebody may be sending it: from then on its content stays as it is. */
    handed_out: 0 | 1;
    attempts: number;
    due_at_ms: number;
    queued_at_ms: number;
    ended_at_ms: number | null;
    progress: string | null;
    reason: string | null;
  };
  outgoing_file: {
    sequence: number;
    name: string;
    title: string;
    alt_text: string;
    bytes_base64: string;
  };
  /** Where numbers come from; a row that is updated first makes writers take turns in every engine. */
  counter: { name: 'parcel' | 'feedback'; value: number };
  /** Who works with the state. `pid` null: nobody. `epoch` rises with every owner. */
  lease: {
    name: string;
    host: string;
    boot: string;
    pid_space: string;
    pid: number | null;
    process_start: string;
    epoch: number;
    expires_at_ms: number;
  };
}

/** The next number of a counter; others who want one wait until this transaction ends. */
export async function nextNumber(db: Kysely<Tables>, name: Tables['counter']['name']): Promise<number> {
  const row = await db
    .updateTable('counter')
    .set(eb => ({ value: eb('value', '+', 1) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}
