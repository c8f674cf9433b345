import type { Answer, Question } from '../collectors/question.ts';
import type { Server } from '../inventory/registry.ts';

/** Reads servers. It cannot change one: its questions are verbs of a script that only reads. */
export interface Source {
  /**
   * Asks one server several questions, in order, in one round trip. Never throws and never hangs: a server
   * that cannot be reached answers every question with `ok: false`. Resolves within the sum of the limits.
   */
  ask(server: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]>;
  /** Closes every kept connection. */
  close(): Promise<void>;
}

export interface Clock {
  nowMs(): number;
}

/** Gives way to whatever else waits: parsing runs in slices so that an answer to a person is never late. */
export type Pause = () => Promise<void>;

/** Names for new things: unguessable, so that knowing one is having been shown it. */
export interface Ids {
  next(): string;
}

/** Calls back once after a time; what it answers with takes the call back. */
export interface Timer {
  after(delayMs: number, call: () => void): () => void;
}

/** What the operator of Staunch reads. `text` never varies; what does stands in `fields`, never a secret. */
export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
