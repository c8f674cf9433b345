import type { Window } from '../collectors/question.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import type { AlertGroups } from './alert-ports.ts';
import type { Incident, Standings } from './incident-ports.ts';
import type { Message } from './message.ts';
import type { Narrations } from './narrator-port.ts';
import type { Audit, Remediations } from './remediation-ports.ts';
import type { GrowthLooks, Warnings } from './warning-ports.ts';

export type { Incident } from './incident-ports.ts';

/**
 * What Staunch must find again after a restart. Every method is durable when it resolves. Times are epoch ms
 * and given by the caller; nothing in here looks at a clock.
 */
export interface State {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly incidents: Incidents;
  readonly standings: Standings;
  readonly stamps: Stamps;
  readonly remediations: Remediations;
  readonly audit: Audit;
  readonly warnings: Warnings;
  readonly looks: GrowthLooks;
  readonly alertGroups: AlertGroups;
  readonly narrations: Narrations;
  /**
   * Does several things together or not at all. Inside `work` only the given state may be used: the outer one
   * waits for this transaction to end.
   */
  atomically<T>(work: (state: State) => Promise<T>): Promise<T>;
  /** Deletes what its retention no longer covers. Answers with how many rows went, by kind. */
  purge(nowMs: number, retention: Retention): Promise<Readonly<Record<string, number>>>;
}

/**
 * How long things are kept, in ms. Evidence (masked log lines) goes first, verdicts last; changes go with incidents. The
 * audit stays.
 */
export interface Retention {
  readonly deliveriesMs: number;
  readonly evidenceMs: number;
  readonly incidentsMs: number;
}

/** What was delivered to us, so that a retried, doubled or replayed delivery is acted on once. */
export interface Inbox {
  /** True for the first claim of a key, false for every later one, over processes and restarts. */
  claim(key: string, atMs: number): Promise<boolean>;
  /**
   * As `claim`, without waiting for the disk: a killed process forgets nothing, a power cut may forget the last
   * moments. For what guards something that is itself claimed durably.
   */
  claimUnsynced(key: string, atMs: number): Promise<boolean>;
}

/** Who asked, when nobody did: the watch saw something. Never the id of a person. */
export const STAUNCH_ITSELF = 'staunch';

export const RUN_STATES = ['running', 'done', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** One diagnosis of an incident: the first one, or a re-run. */
export interface Run {
  readonly id: string;
  readonly incident: Incident;
  /** 1 for the first of the incident. */
  readonly number: number;
  /** A person, or `STAUNCH_ITSELF`. */
  readonly askedBy: string;
  readonly askedAtMs: number;
  /** For people: what was seen, where nobody asked. */
  readonly because?: string;
  readonly window: Window;
  readonly state: RunState;
  /** How often it was begun; more than 1 after a restart of Staunch in the middle. */
  readonly attempts: number;
  readonly endedAtMs?: number;
  /** Why it failed, for people, with what to try. */
  readonly failure?: string;
}

export interface NewRun {
  readonly id: string;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly because?: string;
  readonly window: Window;
}

/** What a person thought of a verdict. */
export interface Feedback {
  readonly runId: string;
  readonly person: string;
  readonly atMs: number;
  /** What it really was, in their words; at most 2,000 characters. */
  readonly note: string;
}

export interface Incidents {
  /** Opens an incident with its first run, `running`, attempts 1. */
  open(incident: Incident, run: NewRun): Promise<Run>;
  /** Opens an incident without a run: its root message is something else than a diagnosis. */
  begin(incident: Incident): Promise<void>;
  find(incidentId: string): Promise<Incident | undefined>;
  /** Adds a run, `running`, attempts 1; undefined while an earlier run of the incident is still running. */
  again(incidentId: string, run: NewRun): Promise<Run | undefined>;
  /** Counts another attempt of a run that was cut off; undefined when it is not running any more. */
  resume(runId: string): Promise<Run | undefined>;
  /**
   * Ends a running run with its verdict; false when it was not running. The evidence is stored beside the
   * document, because it is deleted earlier.
   */
  finish(runId: string, document: DiagnosisDocument, endedAtMs: number): Promise<boolean>;
  fail(runId: string, failure: string, endedAtMs: number): Promise<boolean>;
  run(runId: string): Promise<Run | undefined>;
  /** All runs of these incidents, the first asked first. */
  runsOf(incidentIds: readonly string[]): Promise<readonly Run[]>;
  /** Runs that nobody ended: after a start, those that a crash cut off. */
  running(): Promise<readonly Run[]>;
  /** Runs of a service that were asked for since then, whoever is at them; the newest first, at most a hundred. */
  recent(service: string, sinceMs: number): Promise<readonly Run[]>;
  /** The verdict of a run with its evidence; evidence past its retention is missing from `evidence`. */
  document(runId: string): Promise<DiagnosisDocument | undefined>;
  /** The last ended run of each service that was ever asked for, with its document without evidence texts. */
  latest(): Promise<readonly { readonly run: Run; readonly document?: DiagnosisDocument }[]>;
  /**
   * The last run of the incident whose root or thread a message is, else of one that stands in the thread of that
   * message; undefined for a foreign message.
   */
  runOfThread(channel: string, ts: string): Promise<Run | undefined>;
  addFeedback(feedback: Feedback): Promise<void>;
  feedback(runId: string): Promise<readonly Feedback[]>;
}

/** Where a message of ours stands, found by the key it was sent under. */
export interface Stamp {
  readonly key: string;
  readonly incidentId: string;
  readonly channel: string;
  readonly ts: string;
}

export interface Stamps {
  find(key: string): Promise<Stamp | undefined>;
  keep(stamp: Stamp): Promise<void>;
}

/**
 * A message to deliver. `post` makes a message, `update` edits the one posted under `target`, `upload` puts a
 * file into the thread.
 */
export type Parcel = {
  /** The same key is queued once; an `update` of the same key replaces one that still waits. */
  readonly key: string;
  readonly incidentId: string;
  readonly channel: string;
  /** Key of the message whose thread this goes into. */
  readonly inThreadOf?: string;
  /** Stamp of the thread this goes into, where that is not a message of ours. */
  readonly threadTs?: string;
} & (
  | { readonly kind: 'post'; readonly message: Message }
  | { readonly kind: 'update'; readonly target: string; readonly message: Message }
  | { readonly kind: 'upload'; readonly file: OutgoingFile }
);

export interface OutgoingFile {
  readonly name: string;
  readonly title: string;
  readonly altText: string;
  readonly bytes: Uint8Array;
}

/** A parcel on its way. Parcels of one channel are delivered in the order of `sequence`. */
export interface QueuedParcel {
  readonly sequence: number;
  readonly parcel: Parcel;
  readonly attempts: number;
  /** Not before. */
  readonly dueAtMs: number;
  readonly queuedAtMs: number;
  /** What an earlier attempt got done: the id of a file whose bytes are uploaded already. */
  readonly progress?: string;
  /** An `update` behind which a newer one of the same key waits: it need not be sent any more. */
  readonly superseded?: boolean;
}

export interface Outbox {
  put(parcel: Parcel, atMs: number): Promise<void>;
  /** The first waiting parcel of every channel, due or not, oldest first. */
  heads(): Promise<readonly QueuedParcel[]>;
  sent(sequence: number, atMs: number): Promise<void>;
  /** Tries again not before `dueAtMs`; counts an attempt. */
  retry(sequence: number, dueAtMs: number, reason: string, progress?: string): Promise<void>;
  /** Gives up: the reason is kept for /metrics and the log. */
  abandon(sequence: number, reason: string, atMs: number): Promise<void>;
  /** How many wait, and since when the oldest does. */
  backlog(): Promise<{ readonly waiting: number; readonly oldestQueuedAtMs?: number }>;
}
