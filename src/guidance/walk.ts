import { type GuidanceRequest, nextStep } from './guide.ts';
import type { StepAnswer } from './step-answer.ts';

/** More steps than a playbook may have: a walk that is longer goes in a circle. */
const LONGEST_WALK = 100;

/**
 * The steps that pressing nothing but the primary button leads through, ending with `watch` or `close`.
 * A proposed change counts as made and another diagnosis as having told nothing new.
 */
export function walkOf(request: Pick<GuidanceRequest, 'playbook' | 'document' | 'unit'>): readonly string[] {
  const answers: StepAnswer[] = [];
  const walk: string[] = [];
  while (walk.length < LONGEST_WALK) {
    const { id, kind, primary } = nextStep({ ...request, answers });
    walk.push(id);
    if (kind !== 'look') return walk;
    answers.push({
      step: id,
      ...(primary.kind === 'choose' ? { how: 'chosen', answer: primary.answer } : { how: 'done' }),
      atMs: walk.length,
    });
  }
  return walk;
}
