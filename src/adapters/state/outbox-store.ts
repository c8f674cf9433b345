import type { Kysely, Selectable } from 'kysely';
import type { Outbox, Parcel, QueuedParcel } from '../../workflows/state-ports.ts';
import { lanesOf, takeLanes } from './lanes.ts';
import { contentOf, fileRowOf, queuedParcelOf, rowOf } from './parcel-row.ts';
import type { Session } from './session.ts';
import type { Sharing } from './sharing.ts';
import { nextNumber, type Tables } from './tables.ts';

/**
 * What must be delivered. A post or an upload is queued once per key, for as long as its incident is kept. An
 * `update` that nobody can be sending yet takes newer content in its place in the queue; one that was handed out
 * keeps its content, and the newer one queues behind it, so that the newest always arrives last.
 */
export class OutboxStore implements Outbox {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async put(parcel: Parcel, atMs: number): Promise<void> {
    await this.#session.write(async db => {
      // First, so that writers take turns: the queue's order is the order of their commits.
      const sequence = await nextNumber(db, 'parcel');
      if (parcel.kind === 'update' && (await replaced(db, parcel))) return;
      const queued = await db
        .insertInto('outbox')
        .values(rowOf(parcel, sequence, atMs))
        .onConflict(conflict => conflict.doNothing())
        .returning('sequence')
        .executeTakeFirst();
      if (queued === undefined || parcel.kind !== 'upload') return;
      await db.insertInto('outgoing_file').values(fileRowOf(parcel.file, sequence)).execute();
    });
  }

  /** Where several processes share the state, each sees the channels that are its to deliver to. */
  async heads(): Promise<readonly QueuedParcel[]> {
    const { db, sharing } = this.#session;
    if (!sharing) {
      const rows = await headRows(db, undefined);
      if (rows.every(isSettled)) return handedOut(db, rows);
    }
    return this.#session.write(async within => {
      if (sharing) await takeLanes(within, sharing);
      await within
        .updateTable('outbox')
        .set({ handed_out: 1 })
        .where('kind', '=', 'update')
        .where('handed_out', '=', 0)
        .where('sequence', 'in', headSequences(within, sharing))
        .execute();
      return handedOut(within, (await headRows(within, sharing)).filter(isSettled));
    });
  }

  async sent(sequence: number, atMs: number): Promise<void> {
    await this.#session.write(db =>
      waiting(db, sequence).set({ state: 'sent', ended_at_ms: atMs }).execute(),
    );
  }

  async retry(sequence: number, dueAtMs: number, reason: string, progress?: string): Promise<void> {
    await this.#session.write(db =>
      waiting(db, sequence)
        .set(eb => ({
          attempts: eb('attempts', '+', 1),
          due_at_ms: dueAtMs,
          reason,
          // What is done stays done when a later attempt fails before it could tell.
          ...(progress !== undefined && { progress }),
        }))
        .execute(),
    );
  }

  async abandon(sequence: number, reason: string, atMs: number): Promise<void> {
    await this.#session.write(db =>
      waiting(db, sequence).set({ state: 'abandoned', reason, ended_at_ms: atMs }).execute(),
    );
  }

  async backlog(): Promise<{ readonly waiting: number; readonly oldestQueuedAtMs?: number }> {
    const row = await this.#session.db
      .selectFrom('outbox')
      .select(eb => [
        eb.fn.countAll<number>().as('waiting'),
        eb.fn.min<number | null>('queued_at_ms').as('oldest'),
      ])
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    return { waiting: row.waiting, ...(row.oldest !== null && { oldestQueuedAtMs: row.oldest }) };
  }
}

/** Puts newer content into an update that nobody can be sending yet; false when there is none. */
async function replaced(db: Kysely<Tables>, parcel: Parcel): Promise<boolean> {
  const row = await db
    .updateTable('outbox')
    .set(contentOf(parcel))
    .where('key', '=', parcel.key)
    .where('kind', '=', 'update')
    .where('state', '=', 'waiting')
    .where('handed_out', '=', 0)
    .returning('sequence')
    .executeTakeFirst();
  return row !== undefined;
}

function waiting(db: Kysely<Tables>, sequence: number) {
  return db.updateTable('outbox').where('sequence', '=', sequence).where('state', '=', 'waiting');
}

function headSequences(db: Kysely<Tables>, sharing: Sharing | undefined) {
  const heads = db
    .selectFrom('outbox')
    .select(eb => eb.fn.min('sequence').as('sequence'))
    .where('state', '=', 'waiting')
    .groupBy('channel');
  return sharing ? heads.where('channel', 'in', lanesOf(db, sharing)) : heads;
}

async function headRows(
  db: Kysely<Tables>,
  sharing: Sharing | undefined,
): Promise<Selectable<Tables['outbox']>[]> {
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('sequence', 'in', headSequences(db, sharing))
    .orderBy('sequence')
    .execute();
}

/** Its content will not change any more: it may be handed out. */
function isSettled(row: Selectable<Tables['outbox']>): boolean {
  return row.kind !== 'update' || row.handed_out === 1;
}

/** The rows as parcels; an update behind which newer content of the same message waits need not be sent. */
async function handedOut(
  db: Kysely<Tables>,
  rows: readonly Selectable<Tables['outbox']>[],
): Promise<readonly QueuedParcel[]> {
  const parcels = await withFiles(db, rows);
  const edited = rows.filter(row => row.kind === 'update').map(row => row.key);
  if (edited.length === 0) return parcels;
  const newest = await db
    .selectFrom('outbox')
    .select(eb => ['key', eb.fn.max<number>('sequence').as('sequence')])
    .where('kind', '=', 'update')
    .where('state', '=', 'waiting')
    .where('key', 'in', edited)
    .groupBy('key')
    .execute();
  const newestOf = new Map(newest.map(({ key, sequence }) => [key, sequence]));
  return parcels.map(queued => {
    const { sequence, parcel } = queued;
    const isOld = parcel.kind === 'update' && (newestOf.get(parcel.key) ?? sequence) > sequence;
    return isOld ? { ...queued, superseded: true } : queued;
  });
}

async function withFiles(
  db: Kysely<Tables>,
  rows: readonly Selectable<Tables['outbox']>[],
): Promise<readonly QueuedParcel[]> {
  const uploads = rows.filter(row => row.kind === 'upload').map(row => row.sequence);
  if (uploads.length === 0) return rows.map(row => queuedParcelOf(row, undefined));
  const files = await db.selectFrom('outgoing_file').selectAll().where('sequence', 'in', uploads).execute();
  const fileOf = new Map(files.map(file => [file.sequence, file]));
  return rows.map(row => queuedParcelOf(row, fileOf.get(row.sequence)));
}
