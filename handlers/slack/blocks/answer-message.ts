import type { KnownBlock, RichTextElement } from '@slack/types';
import type { AnswerSentence } from '../../../src/questions/answer.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { MissingWords, ThreadAnswer } from '../../../src/workflows/thread-questions.ts';
import { bold, code, gapOf, line, list, message, richText, section, words } from './block-parts.ts';
import { evidenceButton } from './evidence-button.ts';
import { evidenceParts } from './evidence-parts.ts';
import { gapsBlocks } from './gaps-blocks.ts';
import { firstOf, fitted, moreWords } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';

/** A thread is read on a phone: what is beyond these is under Show evidence. */
const SENTENCES = 14;
const MODEL_SENTENCES = 8;
const LINES = 6;
const LINE_CHARACTERS = 1_200;
const SUGGESTIONS = 3;

/** What the model could not do, for whoever asked; each fits behind "The language model ". */
const MISSING: Readonly<Record<MissingWords, string>> = {
  'timed-out': 'did not answer in time.',
  'rate-limited': 'is asked too often at the moment; ask again in a minute.',
  unreachable: 'cannot be reached. Whoever runs Staunch finds more in its log.',
  'login-refused': 'refused the key. Whoever runs Staunch has to look at STAUNCH_MODEL_KEY.',
  'server-failed': 'answered with an error. Whoever runs Staunch finds more in its log.',
  'refused-to-answer': 'did not want to answer this.',
  'broke-off': 'broke off in the middle.',
  'not-readable': 'answered in a form that cannot be checked, so nothing of it is shown.',
  'too-many-rounds': 'read and read and did not answer.',
  'out-of-tokens': 'would need more for this than one question may use.',
  'out-of-allowance': 'was not asked: what it may use in 24 hours is used.',
  'no-transcript': 'was not asked: the transcript could not be kept.',
  'nothing-stood': 'said nothing that stands in the evidence.',
};

export interface AnswerShown {
  readonly runId: string;
  /** Masked, as it is kept. */
  readonly document: DiagnosisDocument;
  readonly answer: ThreadAnswer;
}

/** The reply to a question in the thread: sentences, each with the button that opens its lines. Always one message. */
export function answerMessage({ runId, document, answer: told }: AnswerShown): Message {
  const { said, understood, answer, narration } = told;
  const build = (scale: number): KnownBlock[] => [
    asked(said, scale),
    ...(understood || narration !== undefined ? [] : [richText(line(words(NOT_A_QUESTION)))]),
    ...(narration === undefined ? [] : narrated(narration, runId, scale)),
    ...(understood || narration === undefined
      ? []
      : [richText(line(bold('What the diagnosis says by itself')))]),
    ...sentencesBlocks(answer.sentences, SENTENCES, runId, scale),
    ...commandsBlocks(answer.commands),
    ...linesBlocks(answer.lines, document, scale),
    ...gapsBlocks('Could not be seen', answer.gaps, scale),
    ...suggestionsBlocks(answer.suggestions),
  ];
  const spoken = [...(narration?.sentences ?? []), ...answer.sentences].map(({ text }) => shown(text, 300));
  return message(own`${shown(said, 100)}: ${spoken.slice(0, 6).join(' ')}`, fitted(build));
}

const NOT_A_QUESTION = 'I do not know this as a question. What the diagnosis says by itself:';

function asked(said: string, scale: number): KnownBlock {
  return richText(line(words('Asked: '), bold(said === '' ? 'help' : said, Math.round(300 * scale))));
}

function narrated(
  { model, sentences, dropped, missing }: NonNullable<ThreadAnswer['narration']>,
  runId: string,
  scale: number,
): KnownBlock[] {
  const name = shown(model, 60);
  const left =
    dropped === 0
      ? ''
      : ` ${dropped} more of its ${dropped === 1 ? 'sentences was' : 'sentences were'} left out: something in ${dropped === 1 ? 'it does' : 'them does'} not stand in the evidence.`;
  const remark =
    sentences.length === 0
      ? ''
      : ' Its numbers, times and pids stand in the lines behind the buttons; its reasoning is not checked.';
  const lacking = missing === undefined ? '' : ` It ${MISSING[missing]}`;
  return [
    richText(line(bold(`Language model ${name}.`), words(`${remark}${left}${lacking}` || ' '))),
    ...sentencesBlocks(sentences, MODEL_SENTENCES, runId, scale),
  ];
}

/** Those with lines get a button; those without stand together. */
function sentencesBlocks(
  sentences: readonly AnswerSentence[],
  most: number,
  runId: string,
  scale: number,
): KnownBlock[] {
  const { shown: first, more } = firstOf(sentences, Math.max(3, Math.round(most * Math.min(1, scale * 1.6))));
  const blocks: KnownBlock[] = [];
  let bare: string[] = [];
  const flush = () => {
    if (bare.length > 0)
      blocks.push(
        richText(
          line(...bare.flatMap((text, at) => (at === 0 ? [words(text)] : [gapOf('\n'), words(text)]))),
        ),
      );
    bare = [];
  };
  for (const { text, evidence } of first) {
    const cut = shown(text, Math.round(600 * scale));
    const opens = evidenceButton(runId, evidence);
    if (opens === undefined) bare.push(cut);
    else {
      flush();
      blocks.push(section(cut, opens));
    }
  }
  if (more > 0) bare.push(`${moreWords(more)}.`);
  flush();
  return blocks;
}

function linesBlocks(ids: readonly string[], document: DiagnosisDocument, scale: number): KnownBlock[] {
  const { shown: first } = firstOf(ids, LINES);
  const room = Math.round((LINE_CHARACTERS * scale * 2) / (first.length + 1));
  const parts = first.flatMap(id => {
    const piece = Object.hasOwn(document.evidence, id) ? document.evidence[id] : undefined;
    return piece === undefined ? [] : evidenceParts(id, piece, room);
  });
  return parts.length === 0 ? [] : [richText(...parts)];
}

function commandsBlocks(commands: ThreadAnswer['answer']['commands']): KnownBlock[] {
  if (commands.length === 0) return [];
  const items = commands.map(([command, what]) => [code(shown(command, 80)), words(`  ${shown(what, 200)}`)]);
  return [richText(list('bullet', items))];
}

function suggestionsBlocks(suggestions: readonly string[]): KnownBlock[] {
  const { shown: first } = firstOf(suggestions, SUGGESTIONS);
  if (first.length === 0) return [];
  const items = first.flatMap((command, at): RichTextElement[] => [
    ...(at === 0 ? [] : [gapOf('  ')]),
    code(`@staunch ${shown(command, 80)}`),
  ]);
  return [richText(line(words('Go on with  '), ...items))];
}
