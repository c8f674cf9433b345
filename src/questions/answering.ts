import { deathWords, wordsOf } from '../report/cause-words.ts';
import { countsLines } from '../report/counts-words.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { outlineOf } from '../report/diagnosis-outline.ts';
import { headline, percentWords } from '../report/headline.ts';
import { clockWords } from '../report/time-words.ts';
import { type Answer, type AnswerSentence, anAnswer, saying } from './answer.ts';
import { causeAnswer } from './cause-answer.ts';
import { COMMANDS, type Question } from './question.ts';

const DEATHS = 10;
const MOST_LINES = 6;

/** Answers a question from a diagnosis: in sentences with the lines they rest on, and without anything else. */
export function answerQuestion(document: DiagnosisDocument, question: Question): Answer {
  switch (question.kind) {
    case 'verdict':
      return verdictAnswer(document);
    case 'cause':
      return causeAnswer(document, question.causes, question.said);
    case 'show':
      return shownLines(document, question.ids);
    case 'which-worker':
      return deathsAnswer(document);
    case 'what-changed':
      return changesAnswer(document);
    case 'counts':
      return anAnswer({
        sentences: countsLines(document).map(line =>
          saying(`${line.charAt(0).toUpperCase()}${line.slice(1)}.`),
        ),
        gaps: gapsOf(document, 'nginx-access-log'),
        suggestions: ['which worker', 'why'],
      });
    case 'gaps':
      return anAnswer({
        sentences:
          document.gaps.length === 0
            ? [saying('Everything that was asked for could be read.')]
            : [
                saying(
                  `${document.gaps.length} ${document.gaps.length === 1 ? 'thing' : 'things'} could not be seen:`,
                ),
              ],
        gaps: document.gaps,
        suggestions: ['again', 'why'],
      });
    case 'help':
      return helpAnswer();
  }
}

/** What the evidence says by itself: the answer where a question is not understood and no model can be asked. */
export function verdictAnswer(document: DiagnosisDocument): Answer {
  const { leading, open, meaning } = outlineOf(document);
  const because = (leading?.because ?? []).map(({ text, evidence }) => saying(text, evidence));
  const candidates = open
    .slice(0, 3)
    .map(({ because: [reason], ...cause }) =>
      saying(
        `${leading === undefined ? 'It may be' : 'Or else'} ${wordsOf(cause).title} (${percentWords(cause.probability)})${reason === undefined ? '.' : `: ${reason.text}`}`,
        reason?.evidence ?? [],
      ),
    );
  const seen = document.observed.slice(0, 3).map(({ text, evidence }) => saying(text, evidence));
  return anAnswer({
    sentences: [saying(`${headline(document)}. ${meaning}`), ...because, ...candidates, ...seen],
    gaps: document.gaps.slice(0, 5),
    suggestions: ['which worker', 'what changed', 'gaps'],
  });
}

/** What can be typed. */
export function helpAnswer(): Answer {
  return anAnswer({
    sentences: [saying('What to type in this thread, behind @staunch:')],
    commands: COMMANDS,
  });
}

function shownLines(document: DiagnosisDocument, ids: readonly string[]): Answer {
  const there = ids.filter(id => Object.hasOwn(document.evidence, id));
  const cited = citedIn(document);
  const gone = ids.filter(id => !there.includes(id) && cited.has(id));
  const unknown = ids.filter(id => !there.includes(id) && !cited.has(id));
  const all = Object.keys(document.evidence);
  const range =
    all.length === 0
      ? 'this diagnosis has no lines'
      : all.length === 1
        ? `there is only ${all[0]}`
        : `there are ${all[0]} to ${all.at(-1)}`;
  const sentences: AnswerSentence[] = [];
  if (gone.length > 0) sentences.push(saying(`${gone.join(', ')}: no longer kept, its time is over.`));
  if (unknown.length > 0 || ids.length === 0)
    sentences.push(
      saying(
        `${unknown.length > 0 ? `There is no ${unknown.slice(0, 5).join(', ')}` : 'Which line?'}; ${range}.`,
      ),
    );
  if (there.length > MOST_LINES)
    sentences.push(
      saying(`The first ${MOST_LINES} of ${there.length}; the others are under Show evidence.`, []),
    );
  return anAnswer({ sentences, lines: there.slice(0, MOST_LINES), suggestions: ['why'] });
}

function citedIn(document: DiagnosisDocument): ReadonlySet<string> {
  return new Set([
    ...document.causes.flatMap(({ because }) => because.flatMap(({ evidence }) => evidence)),
    ...document.observed.flatMap(({ evidence }) => evidence),
    ...document.deaths.flatMap(({ evidence }) => evidence),
  ]);
}

function deathsAnswer(document: DiagnosisDocument): Answer {
  const { deaths } = document;
  const gaps = gapsOf(document, 'unit-journal', 'kernel-log');
  if (deaths.length === 0)
    return anAnswer({
      sentences: [
        saying(
          gaps.length > 0
            ? 'No death of a worker was seen, and not everything could be read.'
            : 'No worker died in this window.',
        ),
      ],
      gaps,
      suggestions: ['why', 'what changed'],
    });
  const sentences = deaths.slice(0, DEATHS).map(({ pid, at, cause, evidence }) => {
    const who = pid === null ? 'A worker (its pid is not known)' : `Worker ${pid}`;
    return saying(`${who} died at ${clockWords(Date.parse(at), 'UTC')} UTC: ${deathWords(cause)}.`, evidence);
  });
  const more = deaths.length - sentences.length;
  if (more > 0) sentences.push(saying(`And ${more} more; all are in the table above.`));
  return anAnswer({ sentences, gaps, suggestions: ['why', 'how many'] });
}

function changesAnswer(document: DiagnosisDocument): Answer {
  const changes = document.observed.filter(({ id }) => id === 'recent-change' || id === 'graceful-reload');
  const deploy = document.causes.find(({ id }) => id === 'deploy-restart');
  const sentences = changes.map(({ text, evidence }) => saying(text, evidence));
  if (deploy !== undefined && deploy.because.length > 0)
    sentences.push(
      saying(`A restart or deploy as the cause (${percentWords(deploy.probability)}):`),
      ...deploy.because.map(({ text, evidence }) => saying(text, evidence)),
    );
  const gaps = gapsOf(document, 'recent-changes', 'unit-journal');
  if (sentences.length === 0)
    sentences.push(
      saying(
        gaps.length > 0
          ? 'No change was seen, and not everything could be read.'
          : 'No deploy, reload, package or configuration change was seen shortly before.',
      ),
    );
  return anAnswer({ sentences, gaps, suggestions: ['compare yesterday', 'why not deploy'] });
}

function gapsOf(
  document: DiagnosisDocument,
  ...sources: readonly DiagnosisDocument['gaps'][number]['source'][]
) {
  return document.gaps.filter(({ source }) => source === 'connection' || sources.includes(source));
}
