import type { Insertable, Selectable } from 'kysely';
import type { Message } from '../../workflows/message.ts';
import type { OutgoingFile, Parcel, QueuedParcel } from '../../workflows/state-ports.ts';
import type { Tables } from './tables.ts';

type ParcelRow = Selectable<Tables['outbox']>;
type FileRow = Selectable<Tables['outgoing_file']>;

/** A parcel as it waits for the first time. */
export function rowOf(parcel: Parcel, sequence: number, atMs: number): Insertable<Tables['outbox']> {
  return {
    sequence,
    key: parcel.key,
    incident_id: parcel.incidentId,
    channel: parcel.channel,
    kind: parcel.kind,
    ...contentOf(parcel),
    state: 'waiting',
    handed_out: 0,
    attempts: 0,
    due_at_ms: atMs,
    queued_at_ms: atMs,
    ended_at_ms: null,
    progress: null,
    reason: null,
  };
}

/** What a newer parcel of the same key replaces. */
export function contentOf(parcel: Parcel): Pick<ParcelRow, 'in_thread_of' | 'thread_ts' | 'target' | 'body'> {
  return {
    in_thread_of: parcel.inThreadOf ?? null,
    thread_ts: parcel.threadTs ?? null,
    target: parcel.kind === 'update' ? parcel.target : null,
    body: parcel.kind === 'upload' ? null : JSON.stringify(parcel.message),
  };
}

export function fileRowOf(file: OutgoingFile, sequence: number): FileRow {
  return {
    sequence,
    name: file.name,
    title: file.title,
    alt_text: file.altText,
    bytes_base64: Buffer.from(file.bytes).toString('base64'),
  };
}

/** A waiting parcel as it was put. @param file of an upload */
export function queuedParcelOf(row: ParcelRow, file: FileRow | undefined): QueuedParcel {
  return {
    sequence: row.sequence,
    parcel: parcelOf(row, file),
    attempts: row.attempts,
    dueAtMs: row.due_at_ms,
    queuedAtMs: row.queued_at_ms,
    ...(row.progress !== null && { progress: row.progress }),
  };
}

function parcelOf(row: ParcelRow, file: FileRow | undefined): Parcel {
  const address = {
    key: row.key,
    incidentId: row.incident_id,
    channel: row.channel,
    ...(row.in_thread_of !== null && { inThreadOf: row.in_thread_of }),
    ...(row.thread_ts !== null && { threadTs: row.thread_ts }),
  };
  if (row.kind === 'upload') {
    if (file === undefined) throw new Error(`parcel ${row.sequence} waits without its file`);
    return { ...address, kind: 'upload', file: fileOf(file) };
  }
  const message = JSON.parse(row.body ?? 'null') as Message;
  return row.kind === 'post'
    ? { ...address, kind: 'post', message }
    : { ...address, kind: 'update', target: row.target ?? '', message };
}

function fileOf(row: FileRow): OutgoingFile {
  return {
    name: row.name,
    title: row.title,
    altText: row.alt_text,
    bytes: new Uint8Array(Buffer.from(row.bytes_base64, 'base64')),
  };
}
