import type { ReadingPlan } from '../src/collectors/reading-plan.ts';
import { HYPOTHESES } from '../src/diagnosis/catalogue.ts';
import type { OwnCauseId } from '../src/diagnosis/cause.ts';
import type { Hypothesis } from '../src/diagnosis/hypothesis.ts';
import type { OwnCause } from '../src/diagnosis/own-causes.ts';
import { compilePattern } from '../src/signals/line-pattern.ts';
import type { CausePattern } from '../src/signals/pattern-hits.ts';
import type { Playbook } from './playbook.ts';

/** The playbook that is used where nobody names one. */
export const DEFAULT_PLAYBOOK = 'gateway-502';

/** The built-in hypotheses a playbook weighs, in its order. */
export function hypothesesOf(playbook: Playbook): readonly Hypothesis[] {
  return playbook.hypotheses.flatMap(id => HYPOTHESES.find(h => h.id === id) ?? []);
}

/** The causes a playbook brings along, in its order. */
export function ownCausesOf(playbook: Playbook): readonly OwnCause[] {
  return (playbook.causes ?? []).map(({ id, tells, failures, evidence, title, meaning, next }) => ({
    id: ownCauseId(playbook, id),
    tells,
    ...(failures && {
      failures: { faults: failures.faults ?? [], statuses: failures.statuses ?? [] },
    }),
    evidence,
    words: { title, meaning, steps: next },
  }));
}

/** What must be read for a playbook: its collectors, and its patterns over their lines. */
export function readingPlanOf(playbook: Playbook): ReadingPlan {
  const patterns = (playbook.causes ?? []).flatMap(cause =>
    cause.patterns.flatMap(({ source, match }): CausePattern[] => {
      const compiled = compilePattern(match);
      if (!compiled.ok) throw new Error(`a checked playbook holds a pattern that ${compiled.problem}`);
      return [{ cause: ownCauseId(playbook, cause.id), source, pattern: compiled.pattern }];
    }),
  );
  return { ...(playbook.collectors && { collectors: new Set(playbook.collectors) }), patterns };
}

/** `PLAYBOOK/CAUSE`. */
export function ownCauseId({ id }: Pick<Playbook, 'id'>, cause: string): OwnCauseId {
  return `${id}/${cause}`;
}
