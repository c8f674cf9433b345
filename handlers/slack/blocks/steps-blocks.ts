import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Look } from '../../../src/report/cause-words.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { lookNext } from '../../../src/report/diagnosis-outline.ts';
import { bold, code, gapOf, line, list, richText, words } from './block-parts.ts';

const STEPS = 4;
const LOOK_NEXT = 'Look next (nothing here changes a server)';

/** The first step alone: while the verdict is read one is enough, and the thread has them all. Empty without any. */
export function firstStep(document: DiagnosisDocument, unit: string | undefined): KnownBlock[] {
  const [first, ...others] = lookNext(document, unit).slice(0, STEPS);
  if (first === undefined) return [];
  const rest = others.length === 0 ? [] : [words(` · ${others.length} more in the thread`)];
  return [richText(line(bold(LOOK_NEXT), ...rest), line(...stepElements(first)))];
}

/** Every step, numbered. Empty without any. */
export function allSteps(title: string, document: DiagnosisDocument, unit: string | undefined): KnownBlock[] {
  const steps = lookNext(document, unit).slice(0, STEPS);
  return steps.length === 0 ? [] : [richText(line(bold(title)), list('ordered', steps.map(stepElements)))];
}

/** The steps that the root message left to the thread; it leaves none while nothing is settled. */
export function stepsInThread(document: DiagnosisDocument, unit: string | undefined): KnownBlock[] {
  const isSettled = document.verdict === 'confirmed' || document.verdict === 'likely';
  return isSettled && lookNext(document, unit).length > 1 ? allSteps(LOOK_NEXT, document, unit) : [];
}

function stepElements({ words: say, command }: Look): RichTextElement[] {
  return command === undefined ? [words(say)] : [words(say), gapOf('\n'), code(command, 500)];
}
