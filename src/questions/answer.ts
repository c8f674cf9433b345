import type { DiagnosisGap } from '../report/diagnosis-document.ts';

/** One sentence of an answer and the lines it rests on; none where it speaks of the diagnosis itself. */
export interface AnswerSentence {
  readonly text: string;
  readonly evidence: readonly string[];
}

/** An answer made from a diagnosis alone: every word of it can be traced. */
export interface Answer {
  readonly sentences: readonly AnswerSentence[];
  /** Evidence that is to be shown line by line. */
  readonly lines: readonly string[];
  /** What could not be seen and may change the answer. */
  readonly gaps: readonly DiagnosisGap[];
  /** What can be typed, and what it does. */
  readonly commands: readonly (readonly [command: string, what: string])[];
  /** Whole commands to go on with. */
  readonly suggestions: readonly string[];
}

export function anAnswer(parts: Partial<Answer>): Answer {
  return { sentences: [], lines: [], gaps: [], commands: [], suggestions: [], ...parts };
}

export const saying = (text: string, evidence: readonly string[] = []): AnswerSentence => ({
  text,
  evidence,
});
