/** What a person said to a step. Notes do not settle it; they stand in the timeline. */
export interface StepAnswer {
  readonly step: string;
  readonly how: 'done' | 'chosen' | 'skipped' | 'not-applicable' | 'note';
  /** Id of the answer, when one was chosen. */
  readonly answer?: string;
  readonly note?: string;
  /** Epoch ms. */
  readonly atMs: number;
}

/** The latest answer that settles each step, by the step's id. */
export function settledSteps(answers: readonly StepAnswer[]): ReadonlyMap<string, StepAnswer> {
  return new Map(
    answers
      .filter(({ how }) => how !== 'note')
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(answer => [answer.step, answer]),
  );
}
