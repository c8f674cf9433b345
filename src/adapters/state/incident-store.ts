import type { ExpressionBuilder, Kysely } from 'kysely';
import type { DiagnosisDocument } from '../../report/diagnosis-document.ts';
import type { Feedback, Incident, Incidents, NewRun, Run } from '../../workflows/state-ports.ts';
import { documentOf, keepDocument, readDocument } from './document-rows.ts';
import { incidentOf, incidentRowOf, runOf, runRowOf, selectRuns } from './run-rows.ts';
import type { Session } from './session.ts';
import { livingOthers, type Sharing } from './sharing.ts';
import { nextNumber, type Tables } from './tables.ts';

/** Runs of one service that are looked at together. */
const MOST_RECENT = 100;

/** Incidents and their runs. A run leaves `running` once: the statement that ends it asks for that state. */
export class IncidentStore implements Incidents {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async open(incident: Incident, run: NewRun): Promise<Run> {
    return this.#session.write(async db => {
      await insertIncident(db, incident);
      await db
        .insertInto('run')
        .values(runRowOf(incident.id, run, 1, this.#session.sharing?.process))
        .execute();
      return runOf(await selectRuns(db).where('run.id', '=', run.id).executeTakeFirstOrThrow());
    });
  }

  async begin(incident: Incident): Promise<void> {
    await this.#session.write(db => insertIncident(db, incident));
  }

  async find(incidentId: string): Promise<Incident | undefined> {
    const row = await this.#session.db
      .selectFrom('incident')
      .selectAll()
      .where('id', '=', incidentId)
      .executeTakeFirst();
    return row && incidentOf(row);
  }

  async again(incidentId: string, run: NewRun): Promise<Run | undefined> {
    return this.#session.write(async db => {
      // First, so that it is not deleted for its age meanwhile.
      if (!(await held(db, incidentId))) return undefined;
      const last = await db
        .selectFrom('run')
        .select(eb => eb.fn.max<number | null>('number').as('number'))
        .where('incident_id', '=', incidentId)
        .executeTakeFirstOrThrow();
      // The index of running runs decides between two who ask at once.
      const begun = await db
        .insertInto('run')
        .values(runRowOf(incidentId, run, (last.number ?? 0) + 1, this.#session.sharing?.process))
        .onConflict(conflict => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return begun === undefined ? undefined : theRun(db, begun.id);
    });
  }

  async resume(runId: string): Promise<Run | undefined> {
    const { sharing } = this.#session;
    return this.#session.write(async db => {
      const resumed = await stillRunning(db, runId)
        .where(eb => cutOff(eb, db, sharing))
        .set(eb => ({ attempts: eb('attempts', '+', 1), process: sharing?.process ?? null }))
        .returning('id')
        .executeTakeFirst();
      return resumed === undefined ? undefined : theRun(db, resumed.id);
    });
  }

  async finish(runId: string, document: DiagnosisDocument, endedAtMs: number): Promise<boolean> {
    return this.#session.write(async db => {
      const ended = await stillRunning(db, runId)
        .set({ state: 'done', ended_at_ms: endedAtMs })
        .returning('id')
        .executeTakeFirst();
      if (ended === undefined) return false;
      await keepDocument(db, runId, document);
      return true;
    });
  }

  async fail(runId: string, failure: string, endedAtMs: number): Promise<boolean> {
    return this.#session.write(async db => {
      const ended = await stillRunning(db, runId)
        .set({ state: 'failed', failure, ended_at_ms: endedAtMs })
        .returning('id')
        .executeTakeFirst();
      return ended !== undefined;
    });
  }

  async run(runId: string): Promise<Run | undefined> {
    return theRun(this.#session.db, runId);
  }

  async runsOf(incidentIds: readonly string[]): Promise<readonly Run[]> {
    if (incidentIds.length === 0) return [];
    const rows = await selectRuns(this.#session.db)
      .where('run.incident_id', 'in', [...incidentIds])
      .orderBy('run.asked_at_ms')
      .orderBy('run.number')
      .orderBy('run.id')
      .execute();
    return rows.map(runOf);
  }

  /** Where several processes share the state: without those that another living one is at. */
  async running(): Promise<readonly Run[]> {
    const { db, sharing } = this.#session;
    const rows = await selectRuns(db)
      .where('run.state', '=', 'running')
      .where(eb => cutOff(eb, db, sharing))
      .orderBy('run.asked_at_ms')
      .orderBy('run.id')
      .execute();
    return rows.map(runOf);
  }

  async recent(service: string, sinceMs: number): Promise<readonly Run[]> {
    const rows = await selectRuns(this.#session.db)
      .where('incident.service', '=', service)
      .where('run.asked_at_ms', '>=', sinceMs)
      .orderBy('run.asked_at_ms', 'desc')
      .orderBy('run.id', 'desc')
      .limit(MOST_RECENT)
      .execute();
    return rows.map(runOf);
  }

  async document(runId: string): Promise<DiagnosisDocument | undefined> {
    return documentOf(this.#session.db, runId);
  }

  async latest(): Promise<readonly { readonly run: Run; readonly document?: DiagnosisDocument }[]> {
    const { db } = this.#session;
    const rows = await selectRuns(db)
      .leftJoin('verdict', 'verdict.run_id', 'run.id')
      .select('verdict.body')
      .where('run.id', 'in', lastEnded(db))
      .orderBy('incident.service')
      .execute();
    return rows.map(({ body, ...row }) => {
      const document = body === null ? undefined : readDocument(body, {});
      return { run: runOf(row), ...(document !== undefined && { document }) };
    });
  }

  async runOfThread(channel: string, ts: string): Promise<Run | undefined> {
    const { db } = this.#session;
    const stamp = await db
      .selectFrom('stamp')
      .select(['key', 'incident_id'])
      .where('channel', '=', channel)
      .where('ts', '=', ts)
      .executeTakeFirst();
    // A message of ours says whose it is; otherwise the thread is somebody's, or a warning's, and what was asked for
    // in it last counts.
    const own = stamp && (await lastRunOf(db, stamp.incident_id));
    if (own) return own;
    const below = await db
      .selectFrom('incident')
      .select('id')
      .where('channel', '=', channel)
      .where(eb =>
        stamp === undefined
          ? eb('thread_ts', '=', ts)
          : eb.or([eb('thread_ts', '=', ts), eb('thread_of', '=', stamp.key)]),
      )
      .orderBy('opened_at_ms', 'desc')
      .orderBy('id', 'desc')
      .executeTakeFirst();
    return below && lastRunOf(db, below.id);
  }

  async addFeedback(feedback: Feedback): Promise<void> {
    const { runId, person, atMs, note } = feedback;
    await this.#session.write(async db => {
      const number = await nextNumber(db, 'feedback');
      await db.insertInto('feedback').values({ run_id: runId, number, person, at_ms: atMs, note }).execute();
    });
  }

  async feedback(runId: string): Promise<readonly Feedback[]> {
    return this.#session.db
      .selectFrom('feedback')
      .select(['run_id as runId', 'person', 'at_ms as atMs', 'note'])
      .where('run_id', '=', runId)
      .orderBy('number')
      .execute();
  }
}

/** A part of another incident has no number of its own. */
async function insertIncident(db: Kysely<Tables>, incident: Incident): Promise<void> {
  const number = incident.threadOf === undefined ? await nextNumber(db, 'incident') : undefined;
  await db.insertInto('incident').values(incidentRowOf(incident, number)).execute();
}

async function lastRunOf(db: Kysely<Tables>, incidentId: string): Promise<Run | undefined> {
  const row = await selectRuns(db)
    .where('run.incident_id', '=', incidentId)
    .orderBy('run.number', 'desc')
    .executeTakeFirst();
  return row && runOf(row);
}

/** True for an incident that is there; it stays until the transaction ends. */
async function held(db: Kysely<Tables>, incidentId: string): Promise<boolean> {
  const row = await db
    .updateTable('incident')
    .set(eb => ({ opened_at_ms: eb.ref('opened_at_ms') }))
    .where('id', '=', incidentId)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** A run that no other living process is at. */
function cutOff(eb: ExpressionBuilder<Tables, 'run'>, db: Kysely<Tables>, sharing: Sharing | undefined) {
  if (!sharing) return eb.lit(true);
  return eb.or([eb('run.process', 'is', null), eb('run.process', 'not in', livingOthers(db, sharing))]);
}

function stillRunning(db: Kysely<Tables>, runId: string) {
  return db.updateTable('run').where('id', '=', runId).where('state', '=', 'running');
}

async function theRun(db: Kysely<Tables>, runId: string): Promise<Run | undefined> {
  const row = await selectRuns(db).where('run.id', '=', runId).executeTakeFirst();
  return row && runOf(row);
}

/** The id of the last ended run of each service. */
function lastEnded(db: Kysely<Tables>) {
  return db
    .selectFrom(
      db
        .selectFrom('run')
        .innerJoin('incident', 'incident.id', 'run.incident_id')
        .select(eb => [
          'run.id',
          eb.fn
            .agg<number>('row_number')
            .over(over =>
              over
                .partitionBy('incident.service')
                .orderBy('run.ended_at_ms', 'desc')
                .orderBy('run.number', 'desc')
                .orderBy('run.id', 'desc'),
            )
            .as('place'),
        ])
        .where('run.state', '<>', 'running')
        .as('ended'),
    )
    .select('ended.id')
    .where('ended.place', '=', 1);
}
