import type { RemarkFacts, RemarkId } from '../advice/remark.ts';

/** What is the case and why it matters; then what to do about it. */
export interface RemarkWords {
  readonly text: string;
  readonly fix: string;
}

/** The words of the remarks with the given ids. */
export type Wording<K extends RemarkId> = { readonly [I in K]: (facts: RemarkFacts[I]) => RemarkWords };
