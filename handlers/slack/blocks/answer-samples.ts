import { answerQuestion, verdictAnswer } from '../../../src/questions/answering.ts';
import { readQuestion } from '../../../src/questions/question-reading.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { ThreadAnswer } from '../../../src/workflows/thread-questions.ts';
import { answerMessage } from './answer-message.ts';

const TYPED = [
  'why',
  'why not timeout?',
  'show E1-E3',
  'which worker',
  'what changed',
  'how many',
  'gaps',
  'help',
];

/** Answers to every kind of question about a diagnosis, by name. */
export function answerSamples(
  document: DiagnosisDocument,
  runId: string,
): readonly (readonly [name: string, payload: Message])[] {
  const show = (answer: ThreadAnswer) => answerMessage({ runId, document, answer });
  const understood = TYPED.flatMap(said => {
    const reading = readQuestion(said);
    if (reading.kind !== 'question') return [];
    const answer = answerQuestion(document, reading.question);
    return [[`answer to “${said}”`, show({ said, understood: true, answer })] as const];
  });
  const free = { said: 'did the new cache cause it', understood: false, answer: verdictAnswer(document) };
  const [reason] = document.causes.flatMap(({ because }) => because);
  const sentences =
    reason === undefined
      ? []
      : [reason, { text: 'Nothing in the evidence speaks of a cache.', evidence: reason.evidence }];
  return [
    ...understood,
    ['answer to free text', show(free)],
    ['answer with a model', show({ ...free, narration: { model: 'local-7b', sentences, dropped: 2 } })],
    [
      'answer without the model',
      show({ ...free, narration: { model: 'local-7b', sentences: [], dropped: 0, missing: 'timed-out' } }),
    ],
  ];
}
