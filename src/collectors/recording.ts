/** One raw answer, under the file name it has in a bundle. The readers see no difference between the two. */
export interface Recording {
  readonly name: string;
  /** What the question was about, where that matters: the path of a log. */
  readonly subject?: string;
  readonly bytes: Uint8Array;
  readonly exitCode: number;
  readonly complaint: string;
  readonly cut: boolean;
}

/** Exit status of the read script's verbs. */
export const DENIED = 77;
export const ABSENT = 69;
/** Ours, no tool's: the question was not answered (deadline, connection lost). */
export const UNANSWERED = -1;
