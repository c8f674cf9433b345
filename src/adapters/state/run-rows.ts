import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Incident, NewRun, Run, RunState } from '../../workflows/state-ports.ts';
import type { Tables } from './tables.ts';

/** A run with the incident it belongs to, as the tables answer it. */
interface RunRow {
  readonly id: string;
  readonly incident_id: string;
  readonly number: number;
  readonly asked_by: string;
  readonly asked_at_ms: number;
  readonly window_from_ms: number;
  readonly window_to_ms: number;
  readonly state: RunState;
  readonly attempts: number;
  readonly ended_at_ms: number | null;
  readonly failure: string | null;
  readonly because: string | null;
  readonly service: string;
  readonly workspace: string;
  readonly channel: string;
  readonly thread_ts: string | null;
  readonly thread_of: string | null;
  readonly opened_by: string;
  readonly opened_at_ms: number;
}

/** Every run with its incident, to be narrowed. */
export function selectRuns(db: Kysely<Tables>) {
  return db
    .selectFrom('run')
    .innerJoin('incident', 'incident.id', 'run.incident_id')
    .selectAll('run')
    .select([
      'incident.service',
      'incident.workspace',
      'incident.channel',
      'incident.thread_ts',
      'incident.thread_of',
      'incident.opened_by',
      'incident.opened_at_ms',
    ]);
}

export function runOf(row: RunRow): Run {
  return {
    id: row.id,
    incident: incidentOf({ ...row, id: row.incident_id }),
    number: row.number,
    askedBy: row.asked_by,
    askedAtMs: row.asked_at_ms,
    ...(row.because !== null && { because: row.because }),
    window: { fromMs: row.window_from_ms, toMs: row.window_to_ms },
    state: row.state,
    attempts: row.attempts,
    ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
    ...(row.failure !== null && { failure: row.failure }),
  };
}

type IncidentColumns = Pick<
  Selectable<Tables['incident']>,
  'id' | 'service' | 'workspace' | 'channel' | 'thread_ts' | 'thread_of' | 'opened_by' | 'opened_at_ms'
>;

export function incidentOf(row: IncidentColumns): Incident {
  return {
    id: row.id,
    service: row.service,
    workspace: row.workspace,
    channel: row.channel,
    ...(row.thread_ts !== null && { threadTs: row.thread_ts }),
    ...(row.thread_of !== null && { threadOf: row.thread_of }),
    openedBy: row.opened_by,
    openedAtMs: row.opened_at_ms,
  };
}

/** A new incident; `number` undefined for a part of another one, which does not stand by itself. */
export function incidentRowOf(
  incident: Incident,
  number: number | undefined,
): Insertable<Tables['incident']> {
  const { openedAtMs } = incident;
  const standing: Partial<Insertable<Tables['incident']>> =
    number === undefined
      ? {}
      : {
          number,
          opened_from: incident.openedFrom ?? 'command',
          standing: 'investigating',
          severity: 'high',
          notice: incident.notice ?? null,
          open_since_ms: openedAtMs,
          changed_at_ms: openedAtMs,
        };
  return {
    ...standing,
    id: incident.id,
    service: incident.service,
    workspace: incident.workspace,
    channel: incident.channel,
    thread_ts: incident.threadTs ?? null,
    thread_of: incident.threadOf ?? null,
    opened_by: incident.openedBy,
    opened_at_ms: incident.openedAtMs,
  };
}

/** A run at its first attempt. @param process that begins it, where several share the state */
export function runRowOf(
  incidentId: string,
  run: NewRun,
  number: number,
  process: number | undefined,
): Tables['run'] {
  return {
    id: run.id,
    incident_id: incidentId,
    number,
    asked_by: run.askedBy,
    asked_at_ms: run.askedAtMs,
    window_from_ms: run.window.fromMs,
    window_to_ms: run.window.toMs,
    state: 'running',
    attempts: 1,
    ended_at_ms: null,
    failure: null,
    because: run.because ?? null,
    process: process ?? null,
  };
}
