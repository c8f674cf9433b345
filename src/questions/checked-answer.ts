import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { type AnswerSentence, saying } from './answer.ts';
import { type ClaimFault, checkClaim } from './claim-check.ts';
import type { ClaimedSentence } from './claimed-answer.ts';

/** What is left of a model's answer once every sentence was checked. */
export interface CheckedAnswer {
  readonly sentences: readonly AnswerSentence[];
  /** How many were dropped, by why. */
  readonly dropped: Readonly<Partial<Record<ClaimFault, number>>>;
}

/** Keeps the sentences that stand, each once; a sentence that rests on counts alone shows no line. */
export function checkedAnswer(
  sentences: readonly ClaimedSentence[],
  document: DiagnosisDocument,
): CheckedAnswer {
  const kept = new Map<string, AnswerSentence>();
  const dropped: Partial<Record<ClaimFault, number>> = {};
  for (const sentence of sentences) {
    const check = checkClaim(sentence, document);
    if (check.ok)
      kept.set(sentence.text.trim(), saying(sentence.text.trim(), [...new Set(sentence.evidence)]));
    else dropped[check.fault] = (dropped[check.fault] ?? 0) + 1;
  }
  return { sentences: [...kept.values()], dropped };
}
