import type { Generated, Kysely } from 'kysely';
import type { AlertState } from '../../intake/alert.ts';
import type { IncidentState, Origin, Severity } from '../../workflows/incident-ports.ts';
import type { NarrationEnd } from '../../workflows/narrator-port.ts';
import type { RunState } from '../../workflows/state-ports.ts';
import type { RemediationTables } from './remediation/remediation-tables.ts';

/**
 * The tables of the state, as the migrations make them. Times are epoch ms in a bigint that the driver answers
 * as a number, JSON is text, a file to send is base64 text, what is sampled is packed into bytes: what SQLite and
 * PostgreSQL hold alike. A minute, hour or day is counted since the epoch.
 */
export interface Tables extends RemediationTables {
  inbox: { key: string; claimed_at_ms: number };
  incident: {
    id: string;
    service: string;
    workspace: string;
    channel: string;
    thread_ts: string | null;
    /** Key of the message of ours in whose thread it stands. */
    thread_of: string | null;
    opened_by: string;
    opened_at_ms: number;
    /** Null for a part of another incident, also of all that follows but the version. */
    number: number | null;
    opened_from: Origin | null;
    standing: IncidentState | null;
    severity: Severity | null;
    owner: string | null;
    playbook: string | null;
    notice: string | null;
    open_since_ms: number | null;
    resolved_at_ms: number | null;
    resolved_by: string | null;
    resolved_reason: string | null;
    /** The last next-step card, JSON. */
    card: string | null;
    changed_at_ms: number | null;
    version: Generated<number>;
  };
  /** What a timeline holds besides; `body` is JSON. */
  incident_entry: { incident_id: string; number: number; at_ms: number; body: string };
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
    because: string | null;
    /** The process that is at it, by its number, where several share a state. */
    process: number | null;
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
  /** The last group of alerts of a service. `body` is it as JSON; null for one that is held and never kept. */
  alert_group: {
    service: string;
    state: AlertState | null;
    untold: 0 | 1;
    opened_at_ms: number;
    heard_at_ms: number;
    version: number;
    body: string | null;
  };
  /** A question to a language model. What it used is null until it has ended. */
  narration: {
    id: string;
    run_id: string;
    person: string;
    model: string;
    question: string;
    asked_at_ms: number;
    reserved_tokens: number;
    outcome: NarrationEnd['outcome'] | null;
    input_tokens: number | null;
    output_tokens: number | null;
    cost_micros: number | null;
    ended_at_ms: number | null;
  };
  /** `body` is a JSON string, because an answer may hold what PostgreSQL's text cannot. */
  narration_part: {
    narration_id: string;
    number: number;
    direction: 'sent' | 'received';
    at_ms: number;
    body: string;
  };
  /** Where numbers come from; a row that is updated first makes writers take turns in every engine. */
  counter: { name: CounterName; value: number };
  /** Which process delivers to a channel, by its number, where several share a state. */
  lane: { channel: string; process: number };
  /** `episode`, `growth` and `snooze` are JSON. */
  warning: {
    id: string;
    service: string;
    channel: string;
    opened_at_ms: number;
    episode: string;
    growth: string;
    snooze: string | null;
    version: number;
    changed_at_ms: number;
  };
  warning_kill: { warning_id: string; server: string; at_ms: number; kills: number };
  warning_ping: { channel: string; service: string; at_ms: number };
  /** The last look at each service, JSON. */
  growth_look: { service: string; at_ms: number; body: string };
  /** What the watch has last said of each server: since when it is silent, what cannot be watched (JSON). */
  server_note: { server: string; silent_since_ms: number | null; gaps: string; told_at_ms: number };
  watched_unit: { id: number; server: string; unit: string };
  /** A unit's samples that are not folded yet: those of the open hour, and the newest one of every unit. */
  minute_sample: { unit_id: number; minute: number; body: Uint8Array };
  /** Folded: the runs of a unit's workers in one hour, a sample a minute. */
  unit_hour: { unit_id: number; hour: number; body: Uint8Array };
  /** Thinned: the envelopes of a unit's workers on one day, one for 20 minutes. */
  unit_day: { unit_id: number; day: number; body: Uint8Array };
  /** Counts that are not folded yet; those of a minute that is folded already are added to it. */
  service_minute: {
    service: string;
    minute: number;
    requests: number;
    http502: number;
    http504: number;
    oom_kills: number;
    worker_ends: number;
    restarts: number;
  };
  service_hour: { service: string; hour: number; body: Uint8Array };
  /** Who watches servers at all, with the end of what each has last said. */
  watcher: { owner: string; expires_at_ms: number };
  /** Who watches a server. `owner` null: nobody. `epoch` rises whenever that changes. */
  server_lease: { server: string; owner: string | null; epoch: number; expires_at_ms: number };
  /**
   * Who works with the state. `pid` null: nobody. On SQLite there is one row, and `epoch` rises with every owner;
   * on PostgreSQL every process has its own, and `epoch` is its number.
   */
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

type CounterName =
  | 'incident'
  | 'entry'
  | 'parcel'
  | 'feedback'
  | 'process'
  | 'unit'
  | 'claims'
  | 'chores'
  | 'ping'
  | 'proposal'
  | 'audit'
  | 'narration';

/** The next number of a counter; others who want one wait until this transaction ends. */
export async function nextNumber(db: Kysely<Tables>, name: CounterName): Promise<number> {
  const row = await db
    .updateTable('counter')
    .set(eb => ({ value: eb('value', '+', 1) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}
