import { z } from 'zod';
import { DiagnosisDocument } from '../report/diagnosis-document.ts';

/** The counts of a diagnosis that a sentence may rest on. */
export const COUNT_NAMES = Object.keys(
  DiagnosisDocument.unwrap().shape.counts.unwrap().shape,
) as readonly CountName[];
export type CountName = keyof DiagnosisDocument['counts'];

const MOST_SENTENCES = 12;
const LONGEST_SENTENCE = 400;

/** One claim and what it rests on: lines of evidence, named counts, or both. */
export const ClaimedSentence = z
  .strictObject({
    text: z.string().min(1).max(LONGEST_SENTENCE),
    evidence: z.array(z.string().max(12)).max(20).readonly(),
    counts: z.array(z.string().max(40)).max(9).readonly(),
  })
  .readonly();
export type ClaimedSentence = z.infer<typeof ClaimedSentence>;

/** The only form in which a model may answer. */
export const ClaimedAnswer = z
  .strictObject({ sentences: z.array(ClaimedSentence).max(MOST_SENTENCES).readonly() })
  .readonly();
export type ClaimedAnswer = z.infer<typeof ClaimedAnswer>;

/** The form as JSON Schema, as strict structured output takes it: every field required, none besides. */
export function claimedAnswerSchema(): Record<string, unknown> {
  const text = { type: 'string' };
  const texts = { type: 'array', items: text };
  const sentence = {
    type: 'object',
    properties: { text, evidence: texts, counts: texts },
    required: ['text', 'evidence', 'counts'],
    additionalProperties: false,
  };
  return {
    type: 'object',
    properties: { sentences: { type: 'array', items: sentence } },
    required: ['sentences'],
    additionalProperties: false,
  };
}
