/** Tells whoever waits in front of the terminal. */
export type Say = (text: string) => void;

/** One part of the bench: `npm run bench -- NAME`. */
export interface Part {
  readonly name: string;
  /** What is measured, and against what. */
  readonly about: string;
  /** @throws Unmeasurable when this machine cannot measure it */
  measure(say: Say): Promise<Measured>;
}

export interface Measured {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** What was left out here and why, such as a rival that is not installed. */
  readonly leftOut: readonly string[];
}

/** Medians of one comparison: a row for each way, a column for each thing measured. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** Nothing, and null in a file, where a way has no such figure. */
  readonly rows: readonly {
    readonly name: string;
    readonly values: readonly (number | null | undefined)[];
  }[];
}

/**
 * What is promised. With a rival the bound is a share of what the rival needs (or does) in the same run; without one
 * it has the unit of the measure.
 */
export interface Goal {
  readonly what: string;
  readonly unit: string;
  readonly measured: number;
  readonly rival?: { readonly name: string; readonly measured: number };
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  /** Must be met, whatever else. */
  readonly hard?: true;
}

export interface Judged {
  /** The share of the rival's, or what was measured. */
  readonly figure: number;
  readonly met: boolean;
}

export function judged({ measured, rival, bound }: Goal): Judged {
  const figure = rival === undefined ? measured : measured / rival.measured;
  return { figure, met: 'atMost' in bound ? figure <= bound.atMost : figure >= bound.atLeast };
}

/** This machine cannot measure a part: no root, no such program. */
export class Unmeasurable extends Error {}
