import type { Condition } from '../../playbooks/condition.ts';
import type { Playbook } from '../../playbooks/playbook.ts';
import { ownCauseId } from '../../playbooks/playbook-use.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { outlineOf } from '../report/diagnosis-outline.ts';
import { compilePattern, matchLine } from '../signals/line-pattern.ts';
import type { StepAnswer } from './step-answer.ts';

/** What conditions are asked about. */
export interface Situation {
  readonly playbook: Playbook;
  readonly document: DiagnosisDocument;
  /** How each settled step was settled, by its id. */
  readonly settled: ReadonlyMap<string, StepAnswer>;
}

/** Whether everything that a condition says holds. */
export function holds(condition: Condition, { playbook, document, settled }: Situation): boolean {
  const { leading, open } = outlineOf(document);
  const isAmong = (id: string, names: readonly string[]) =>
    names.some(name => id === name || id === ownCauseId(playbook, name));
  const { verdict, cause, candidate, observed, scope, cited, unseen, atLeast, answered } = condition;
  const candidates = leading ? [leading, ...open] : open;
  return (
    (verdict === undefined || verdict.includes(document.verdict)) &&
    (cause === undefined || (leading !== undefined && isAmong(leading.id, cause))) &&
    (candidate === undefined || candidates.some(({ id }) => isAmong(id, candidate))) &&
    (observed === undefined || document.observed.some(({ id }) => isAmong(id, observed))) &&
    (scope === undefined || leading?.scope === scope) &&
    (cited === undefined || isCited(cited, document)) &&
    (unseen === undefined ||
      document.gaps.some(
        ({ source }) => source === 'connection' || (unseen as readonly string[]).includes(source),
      )) &&
    Object.entries(atLeast ?? {}).every(
      ([measure, least]) => (document.counts[measure as keyof typeof document.counts] ?? 0) >= (least ?? 0),
    ) &&
    Object.entries(answered ?? {}).every(([step, ways]) => {
      const answer = settled.get(step);
      return answer !== undefined && ways.includes(answer.answer ?? answer.how);
    })
  );
}

function isCited(
  { source, match }: NonNullable<Condition['cited']>,
  { evidence }: DiagnosisDocument,
): boolean {
  const compiled = compilePattern(match);
  return (
    compiled.ok &&
    Object.values(evidence).some(
      piece => piece.source === source && matchLine(compiled.pattern, piece.text) !== undefined,
    )
  );
}
