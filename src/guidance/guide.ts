import type { Playbook } from '../../playbooks/playbook.ts';
import type { Step } from '../../playbooks/step-file.ts';
import { commandFor } from '../report/cause-words.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { holds, type Situation } from './condition.ts';
import type { NextStep, StepAction } from './next-step.ts';
import { type StepAnswer, settledSteps } from './step-answer.ts';
import { watchStep } from './watch-step.ts';

export interface GuidanceRequest {
  readonly playbook: Playbook;
  /** The diagnosis that the incident is about: what steps branch on. */
  readonly document: DiagnosisDocument;
  /** What was answered since the incident was opened, or last re-opened. */
  readonly answers: readonly StepAnswer[];
  /** Diagnoses made since the steps were settled: whether it stays calm is read from them. */
  readonly watched?: readonly DiagnosisDocument[];
  /** The systemd unit, for the commands. */
  readonly unit: string;
}

/**
 * The next step of an incident: the first step of the playbook whose conditions hold and that nobody settled;
 * then the watch; then the close. Same diagnosis, same answers, same step.
 */
export function nextStep(request: GuidanceRequest): NextStep {
  const { playbook, document, answers } = request;
  const settled = settledSteps(answers);
  const situation: Situation = { playbook, document, settled };
  const step = playbook.steps.find(candidate => !settled.has(candidate.id) && concerns(candidate, situation));
  if (step) return lookOf(step, situation, request);
  const ending = playbook.close.find(({ when }) => when === undefined || holds(when, situation));
  const reason = ending?.reason ?? '';
  const { watch } = playbook;
  const isWatched = watch !== undefined && !(watch.unless && holds(watch.unless, situation));
  return (
    (isWatched ? watchStep(watch, situation, request.watched ?? [], reason) : undefined) ?? {
      id: 'close',
      kind: 'close',
      title: 'Close the incident',
      look: reason,
      means: 'Nothing is left to do here. It is opened again if the trouble comes back.',
      primary: { kind: 'resolve', label: 'Resolve', reason },
      alternatives: [{ kind: 'diagnose', label: 'Diagnose again' }],
      canBeSkipped: false,
      settled: settled.size,
    }
  );
}

function concerns({ when, unless }: Step, situation: Situation): boolean {
  return (when === undefined || holds(when, situation)) && !(unless && holds(unless, situation));
}

function lookOf(step: Step, situation: Situation, { document, unit }: GuidanceRequest): NextStep {
  const [primary, ...alternatives] = actionsOf(step, situation);
  const window = { fromMs: Date.parse(document.window.from), toMs: Date.parse(document.window.to) };
  return {
    id: step.id,
    kind: 'look',
    title: step.title,
    look: step.look,
    ...(step.command !== undefined && { command: commandFor(step.command, unit, window) }),
    means: step.means,
    primary,
    alternatives,
    canBeSkipped: true,
    settled: situation.settled.size,
  };
}

/** The answer that the evidence speaks for comes first; without one the order of the playbook counts. */
function actionsOf(step: Step, situation: Situation): [StepAction, ...StepAction[]] {
  const done: StepAction = { kind: 'done', label: step.done ?? 'Done' };
  if (step.propose !== undefined) {
    return [
      { kind: 'propose', label: step.done ?? 'Plan the change', remedy: step.propose },
      { kind: 'done', label: 'Done another way' },
    ];
  }
  if (step.again) return [{ kind: 'diagnose', label: step.done ?? 'Diagnose again' }];
  const answers = step.answers ?? [];
  const spoken = answers.find(({ when }) => when !== undefined && holds(when, situation));
  const first = spoken ?? answers.find(({ when }) => when === undefined) ?? answers[0];
  if (first === undefined) return [done];
  const choose = ({ id, label }: (typeof answers)[number]): StepAction => ({
    kind: 'choose',
    label,
    answer: id,
  });
  return [choose(first), ...answers.filter(answer => answer !== first).map(choose)];
}
