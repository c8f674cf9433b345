import type { CausePattern } from '../signals/pattern-hits.ts';
import { ROUNDS } from './catalogue.ts';
import type { Collector } from './collector.ts';

export type CollectorId = Collector['id'];

/** Every collector by its id, in the order of asking. */
export const COLLECTOR_IDS: readonly CollectorId[] = ROUNDS.flat().map(({ id }) => id);

/** What a playbook wants read of a server. */
export interface ReadingPlan {
  /** Ids of the collectors to ask; all of them when not said. The clock is always read. */
  readonly collectors?: ReadonlySet<CollectorId>;
  readonly patterns: readonly CausePattern[];
}

export const EVERYTHING: ReadingPlan = { patterns: [] };

/** The collectors of a plan, by round of asking: as many rounds as ever, some of them shorter. */
export function roundsOf({ collectors }: ReadingPlan): readonly (readonly Collector[])[] {
  if (collectors === undefined) return ROUNDS;
  return ROUNDS.map(round => round.filter(({ id }) => id === 'clock' || collectors.has(id)));
}
