import { CAUSE_IDS } from '../src/diagnosis/cause.ts';
import { nearestNames } from '../src/inventory/nearest-name.ts';
import { type PathStep, pathText, suggestionText } from '../src/inventory/registry-problem.ts';
import { type Condition, SETTLEMENTS } from './condition.ts';
import type { Playbook, PlaybookFile } from './playbook.ts';
import type { PlaybookFault } from './playbook-parsing.ts';
import type { Step } from './step-file.ts';

/** Where a walk through the steps ends: no step may be called so. */
export const ENDS = ['watch', 'close'] as const;

/**
 * What a playbook refers to and what is not there, and names that are taken twice.
 *
 * @param base the playbook that this one extends
 */
export function referenceFaults(file: PlaybookFile, base?: Playbook): readonly PlaybookFault[] {
  return new References(file, base).faults();
}

class References {
  readonly #file: PlaybookFile;
  readonly #base: Playbook | undefined;
  readonly #faults: PlaybookFault[] = [];
  readonly #weighed: readonly string[];
  /** Steps with how they can be settled, as far as they were read. */
  readonly #steps = new Map<string, readonly string[]>();

  constructor(file: PlaybookFile, base: Playbook | undefined) {
    this.#file = file;
    this.#base = base;
    this.#weighed = [
      ...(file.hypotheses ?? []),
      ...(base?.hypotheses ?? []),
      ...(file.causes ?? []).map(({ id }) => id),
      ...(base?.causes ?? []).map(({ id }) => id),
    ];
  }

  faults(): readonly PlaybookFault[] {
    const { causes = [], steps = [], watch, close = [], fixtures = [] } = this.#file;
    this.#unique(causes, ['causes']);
    for (const [i, { id }] of causes.entries())
      if ((CAUSE_IDS as readonly string[]).includes(id))
        this.#fault(
          ['causes', i, 'id'],
          `is "${id}", which is a built-in cause: give it a name of its own, such as my-${id}`,
        );
    // The steps of the base come after one's own, and those replaced stand where they stood.
    for (const step of this.#base?.steps ?? []) this.#steps.set(step.id, waysOf(step));
    this.#unique(steps, ['steps']);
    for (const [i, step] of steps.entries()) this.#step(step, ['steps', i]);
    if (watch?.unless) this.#condition(watch.unless, ['watch', 'unless']);
    for (const [i, ending] of close.entries()) {
      const last = i === close.length - 1;
      if (ending.when) this.#condition(ending.when, ['close', i, 'when']);
      if (last && ending.when)
        this.#fault(
          ['close', i, 'when'],
          'is set on the last ending: leave it out, so that there is always one that fits',
        );
      if (!last && !ending.when)
        this.#fault(
          ['close', i],
          'has no "when", and endings stand below it: it would always be taken; put it last',
        );
    }
    for (const [i, fixture] of fixtures.entries()) this.#fixture(fixture, ['fixtures', i]);
    return this.#faults;
  }

  #step(step: Step, path: readonly PathStep[]): void {
    if ((ENDS as readonly string[]).includes(step.id))
      this.#fault(
        [...path, 'id'],
        `is "${step.id}", which is what comes after the steps: give it another name`,
      );
    const deeds = (['answers', 'propose', 'again'] as const).filter(name => step[name] !== undefined);
    if (deeds.length > 1)
      this.#fault(
        [...path, deeds[1] as string],
        `stands beside ${deeds[0]}: a step has one thing to do; make two steps of it`,
        true,
      );
    this.#unique(step.answers ?? [], [...path, 'answers']);
    for (const [i, answer] of (step.answers ?? []).entries()) {
      if ((SETTLEMENTS as readonly string[]).includes(answer.id))
        this.#fault(
          [...path, 'answers', i, 'id'],
          `is "${answer.id}", which every step can be settled with anyway: give it another name`,
        );
      if (answer.when) this.#condition(answer.when, [...path, 'answers', i, 'when']);
    }
    if (step.when) this.#condition(step.when, [...path, 'when']);
    if (step.unless) this.#condition(step.unless, [...path, 'unless']);
    this.#steps.set(step.id, waysOf(step));
  }

  #condition(condition: Condition, path: readonly PathStep[]): void {
    for (const field of ['cause', 'candidate'] as const)
      for (const [i, name] of (condition[field] ?? []).entries()) this.#cause(name, [...path, field, i]);
    for (const [step, ways] of Object.entries(condition.answered ?? {})) {
      const known = this.#steps.get(step);
      if (known === undefined) {
        const later = (this.#file.steps ?? []).some(({ id }) => id === step);
        this.#fault(
          [...path, 'answered', step],
          later
            ? 'is a step that comes later or is this one: only what was answered before can be asked for; move that step up'
            : `is no step of this playbook${suggestionText(nearestNames(step, this.#steps.keys()), [...this.#steps.keys()], 'step')}`,
          true,
        );
        continue;
      }
      for (const [i, way] of ways.entries())
        if (!known.includes(way))
          this.#fault(
            [...path, 'answered', step, i],
            `is "${way}", and ${step} cannot be answered so${suggestionText(nearestNames(way, known), known, 'answer')}`,
          );
    }
  }

  #cause(name: string, path: readonly PathStep[]): void {
    if (this.#weighed.includes(name)) return;
    const isBuiltIn = (CAUSE_IDS as readonly string[]).includes(name);
    this.#fault(
      path,
      isBuiltIn
        ? `is "${name}", which this playbook does not weigh: add it to hypotheses`
        : `is "${name}": expected a cause that this playbook weighs${suggestionText(nearestNames(name, this.#weighed), this.#weighed, 'cause')}`,
    );
  }

  #fixture(fixture: NonNullable<PlaybookFile['fixtures']>[number], path: readonly PathStep[]): void {
    if (fixture.cause !== undefined) this.#cause(fixture.cause, [...path, 'cause']);
    const last = fixture.next.length - 1;
    for (const [i, name] of fixture.next.entries()) {
      const isEnd = (ENDS as readonly string[]).includes(name);
      if (isEnd && i < last)
        this.#fault([...path, 'next', i], `is "${name}", which ends the walk: nothing can come after it`);
      else if (!isEnd && !this.#steps.has(name))
        this.#fault(
          [...path, 'next', i],
          `is "${name}", which is no step of this playbook${suggestionText(nearestNames(name, this.#steps.keys()), [...this.#steps.keys()], 'step')}`,
        );
      else if (!isEnd && i === last)
        this.#fault(
          [...path, 'next', i],
          `is "${name}", and the walk must end with watch or close: write all its steps`,
        );
    }
  }

  #unique(entries: readonly { readonly id: string }[], path: readonly PathStep[]): void {
    for (const [i, { id }] of entries.entries()) {
      const first = entries.findIndex(entry => entry.id === id);
      if (first < i)
        this.#fault(
          [...path, i, 'id'],
          `is "${id}", as ${pathText([...path, first, 'id'])} is: give each a name of its own`,
        );
    }
  }

  #fault(path: readonly PathStep[], message: string, onKey = false): void {
    this.#faults.push({ path, message: `${pathText(path)} ${message}`, onKey });
  }
}

function waysOf({ answers }: Step): readonly string[] {
  return [...(answers ?? []).map(({ id }) => id), ...SETTLEMENTS];
}
