import type { Clock, Source } from '../../src/workflows/ports.ts';

/** What every terminal command is given: the terminal as functions, the clock, the servers. */
export interface TerminalContext {
  /** To standard output, as it is: line ends included. */
  write(text: string): void;
  /** To standard error: what went wrong and what to do, never part of a result. */
  writeError(text: string): void;
  /** Asks the person and resolves with their line; absent when nobody can be asked. */
  ask?(question: string): Promise<string>;
  readonly source: Source;
  readonly clock: Clock;
  /** Standard output is a terminal. */
  readonly isTty: boolean;
  readonly colour: boolean;
  /** Width to lay text out for. */
  readonly columns: number;
  /** Aborted by Ctrl-C. */
  readonly cancel: AbortSignal;
}

/** Exit codes of all commands. */
export const EXIT = {
  fine: 0,
  /** Something went wrong on this machine: a file that cannot be written, for example. */
  failed: 1,
  /** The command line or `staunch.yml` is wrong, or a question could not be asked. */
  usage: 2,
  /** A server was reached, but something on it cannot be read. */
  unreadable: 3,
  /** A server cannot be reached or refuses the login. */
  unreachable: 4,
  /** The host key is not the expected one, or nobody vouched for it. */
  hostKey: 5,
  /** Ctrl-C. */
  stopped: 130,
} as const;
