import type { Step } from '../../playbooks/step-file.ts';

/** What a button of the next-step card does. Labels have at most 40 characters. */
export type StepAction =
  /** Settles the step. */
  | { readonly kind: 'done'; readonly label: string }
  /** Settles the step with an answer that later steps branch on. */
  | { readonly kind: 'choose'; readonly label: string; readonly answer: string }
  /** Has the change planned; the step is done when the change was applied, or given up. */
  | { readonly kind: 'propose'; readonly label: string; readonly remedy: NonNullable<Step['propose']> }
  /** Diagnoses again; from this instant on where one is given, else in the same window. */
  | { readonly kind: 'diagnose'; readonly label: string; readonly fromMs?: number }
  /** Ends the incident. */
  | { readonly kind: 'resolve'; readonly label: string; readonly reason: string };

/** The one thing to do now, as the last card of a thread shows it. */
export interface NextStep {
  /** Id of the step, `watch` or `close`. */
  readonly id: string;
  readonly kind: 'look' | 'watch' | 'close';
  /** The question or the deed, in at most 60 characters. */
  readonly title: string;
  /** What to look at. */
  readonly look: string;
  /** For a person to copy; it only reads. */
  readonly command?: string;
  /** What it means. */
  readonly means: string;
  /** What is right by the evidence. Whoever presses only this is led rightly. */
  readonly primary: StepAction;
  readonly alternatives: readonly StepAction[];
  /** "Skip", "not applicable" and a note are offered: for a look, not for watching and closing. */
  readonly canBeSkipped: boolean;
  /** Steps that were settled so far. */
  readonly settled: number;
  /** When it is worth pressing again, epoch ms: the end of a watch. */
  readonly dueAtMs?: number;
}
