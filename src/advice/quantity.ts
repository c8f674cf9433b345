import type { SourceLine } from '../signals/signal.ts';

export type Unit =
  | 'bytes'
  | 'bytes-per-request'
  | 'bytes-per-hour'
  | 'requests'
  | 'requests-per-second'
  | 'restarts-per-hour'
  | 'seconds'
  | 'workers'
  | 'share';

/** Where a number is from: seen over time, read as it stands, said by a person, or assumed for want of better. */
export interface Basis {
  readonly kind: 'measured' | 'read' | 'stated' | 'assumed';
  /** For people: over what, of what, or why nothing better is known. */
  readonly words: string;
  readonly lines: readonly SourceLine[];
}

/** A number that can be shown with its unit and its source; without `basis` it was computed from others. */
export interface Quantity {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly basis?: Basis;
}

/** One line of arithmetic, complete enough to do it again by hand. */
export interface Step {
  readonly formula: string;
  readonly inputs: readonly Quantity[];
  readonly result: Quantity;
}
