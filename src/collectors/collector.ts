import type { SourceId } from '../signals/signal.ts';
import type { HostDraft } from './host-draft.ts';
import type { Question, ReadVerb, Window } from './question.ts';
import type { Recording } from './recording.ts';

/** What is known when questions are put together; `ROUNDS` in the catalogue says which collector asks when. */
export interface Asking {
  readonly unit: string;
  readonly runsApp: boolean;
  readonly runsNginx: boolean;
  /** In the server's own clock. */
  readonly window: Window;
  readonly errorLogs?: readonly string[];
  readonly accessLogs?: readonly string[];
  /** What the earlier rounds told. */
  readonly known: HostDraft;
  /** Upstream addresses of the service, as far as they are known. */
  readonly peers?: ReadonlySet<string>;
}

export interface NamedQuestion extends Question {
  /** File name of its answer in a bundle. */
  readonly name: string;
  readonly subject?: string;
}

/** One source of evidence: how to ask for it, how a bundle names it, how to read it. */
export interface Collector {
  readonly id: ReadVerb | 'memory-samples';
  readonly source: SourceId;
  /** Whether a bundle's file holds an answer to this collector's question. */
  holds(fileName: string): boolean;
  questions(asking: Asking): readonly NamedQuestion[];
  /** Adds what the recordings say to the draft; pauses after each slice of a long log. */
  read(recordings: readonly Recording[], draft: HostDraft): Generator<undefined, void>;
}

/** Short answers: state, settings, tables. */
export const SHORT = { timeoutMs: 10_000, maxBytes: 512 * 1024 };
/** Logs of a window. */
export const LONG = { timeoutMs: 20_000, maxBytes: 4 * 1024 * 1024 };
