import type { RequestCounts, UnitSample, WorkerLife } from '../growth/worker-sample.ts';

/** Which part of a history is wanted; both ends inclusive, epoch ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counts of one service in one minute, over all its servers: the "before" of every later report. */
export interface ServiceMinute extends RequestCounts {
  /** Begin of the minute, epoch ms. */
  readonly atMs: number;
  readonly oomKills: number;
  /** Worker lives that ended. */
  readonly workerEnds: number;
  /** Restarts of the unit's main process. */
  readonly restarts: number;
}

/** What the watch has seen. Every method is durable when it resolves. */
export interface Samples {
  /**
   * Keeps a sample once per server, unit and minute; false when that minute is there already or `epoch` is not the
   * one under which this process owns the server.
   */
  put(sample: UnitSample, epoch: number): Promise<boolean>;
  /** Counts what the watch derived from a sample; adds up over servers. */
  count(service: string, minute: ServiceMinute): Promise<void>;
  /** The lives of a unit's workers that have a sample in the span, with their samples in it. */
  lives(server: string, unit: string, span: Span): Promise<readonly WorkerLife[]>;
  /** The last samples of a unit on a server, at most so many, the newest first. */
  last(server: string, unit: string, most: number): Promise<readonly UnitSample[]>;
  minutes(service: string, span: Span): Promise<readonly ServiceMinute[]>;
  /** Folds closed hours into one blob per worker and thins what is old. Answers with what it did, by kind. */
  fold(nowMs: number): Promise<Readonly<Record<string, number>>>;
}

/** Which process watches which server: leases with an epoch that rises at every change of owner. */
export interface Leases {
  /**
   * Takes over what nobody owns, renews what is owned, and gives up what is more than this process's fair share.
   * Answers with what it owns now: server id to epoch.
   */
  claim(
    owner: string,
    servers: readonly string[],
    nowMs: number,
    leaseMs: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Gives everything up, so that another process need not wait for the leases to end. */
  release(owner: string): Promise<void>;
}

/** What the watch says of one server, as its owner said it last. */
export interface ServerNote {
  readonly server: string;
  readonly silentSinceMs?: number;
  /** What of which service cannot be watched there. */
  readonly gaps: readonly { readonly service: string; readonly text: string }[];
  readonly toldAtMs: number;
}

/** What all processes that share the servers know of them. Durable. */
export interface ServerNotes {
  keep(notes: readonly ServerNote[]): Promise<void>;
  all(): Promise<readonly ServerNote[]>;
}
