import type { ClaimedSentence } from '../questions/claimed-answer.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';

/** A question for a language model. Everything in it is masked already. */
export interface NarratorRequest {
  readonly question: string;
  /** All that the model can ever read. */
  readonly document: DiagnosisDocument;
  /** The most tokens that may be used for this question, read and written together. */
  readonly tokens: number;
}

/** What was used, as the model's server counted it; what it did not count is estimated, rather too high. */
export interface NarratorUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Why there is no answer, or no whole one. */
export const NARRATION_FAILURES = [
  'timed-out',
  'rate-limited',
  'unreachable',
  'login-refused',
  'server-failed',
  'refused-to-answer',
  'broke-off',
  'not-readable',
  'too-many-rounds',
  'out-of-tokens',
] as const;
export type NarrationFailure = (typeof NARRATION_FAILURES)[number];

export type Narration =
  | { readonly ok: true; readonly sentences: readonly ClaimedSentence[]; readonly usage: NarratorUsage }
  | {
      readonly ok: false;
      readonly failure: NarrationFailure;
      /** For the log: never the key, never evidence. */
      readonly detail: string;
      /** Not to be asked again before this time has passed. */
      readonly afterMs?: number;
      /** Whole sentences that had come before it failed. */
      readonly sentences: readonly ClaimedSentence[];
      readonly usage: NarratorUsage;
    };

/** Told what happens while a question is answered. */
export interface NarratorListener {
  /** Before anything is sent: rejecting keeps it from being sent. */
  sending(body: string): Promise<void>;
  received(body: string): Promise<void>;
  /** A sentence came whole. It is not checked yet. */
  sentence?(sentence: ClaimedSentence): void;
}

/** A language model that puts masked evidence into words. It can read a document and nothing else, and do nothing. */
export interface Narrator {
  /** As the transcript and people name it. */
  readonly model: string;
  /** Never throws, unless the listener does. Ends soon after `cancel`. */
  narrate(request: NarratorRequest, listener: NarratorListener, cancel: AbortSignal): Promise<Narration>;
}

/** A question to the model as it is kept. `question` is masked. */
export interface NewNarration {
  readonly id: string;
  readonly runId: string;
  readonly person: string;
  readonly model: string;
  readonly question: string;
  readonly askedAtMs: number;
  /** Counts as used until it ends: a crash never makes room. */
  readonly reservedTokens: number;
}

/** What one question used. Cost in millionths of the currency that the prices are in. */
export interface NarrationSpending {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
}

export interface NarrationEnd extends NarrationSpending {
  readonly outcome: 'answered' | NarrationFailure;
  readonly endedAtMs: number;
}

export interface KeptNarration extends NewNarration {
  readonly end?: NarrationEnd;
  /** What was sent and received, in order. */
  readonly parts: readonly {
    readonly direction: 'sent' | 'received';
    readonly atMs: number;
    readonly body: string;
  }[];
}

/** What may be used within a stretch of time. */
export interface NarrationAllowance {
  readonly sinceMs: number;
  readonly tokens: number;
  /** Absent where no prices are known. */
  readonly costMicros?: number;
}

/** Transcripts of what a model was sent, and what it cost. Every method is durable when it resolves. */
export interface Narrations {
  /** Begins one if what was used and reserved since then leaves room for it; false when it does not. */
  begin(narration: NewNarration, allowance: NarrationAllowance): Promise<boolean>;
  part(id: string, direction: 'sent' | 'received', body: string, atMs: number): Promise<void>;
  end(id: string, end: NarrationEnd): Promise<void>;
  /** Those of a run, the oldest first. */
  ofRun(runId: string): Promise<readonly KeptNarration[]>;
}
