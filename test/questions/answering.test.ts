import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';
import type { Answer } from '../../src/questions/answer.ts';
import { answerQuestion } from '../../src/questions/answering.ts';
import { comparison } from '../../src/questions/comparison.ts';
import type { Question } from '../../src/questions/question.ts';
import { readQuestion } from '../../src/questions/question-reading.ts';
import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { recordedDocuments } from '../handlers/slack/blocks/recorded-documents.ts';
import { aDocument, confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../report/documents.ts';
import { noIncident } from '../report/no-incident.ts';

const recorded = await recordedDocuments();

/** As a person reads it: sentences with their lines, then gaps. */
function said(document: DiagnosisDocument, text: string): string[] {
  const reading = readQuestion(text);
  if (reading.kind !== 'question') throw new Error(`${text} is no question`);
  return words(answerQuestion(document, reading.question));
}

const words = ({ sentences, lines, gaps }: Answer) => [
  ...sentences.map(
    ({ text, evidence }) => text + (evidence.length > 0 ? ` [${evidence.slice(0, 3).join(' ')}]` : ''),
  ),
  ...(lines.length > 0 ? [`lines: ${lines.join(' ')}`] : []),
  ...gaps.map(({ server, source }) => `gap: ${server} ${source}`),
];

describe('the answer to', () => {
  it('“why not timeout” of what was ruled out', () => {
    expect(said(confirmedOom(), 'why not timeout?')).toEqual([
      'Worker timeout is ruled out (under 1 %):',
      'no WORKER TIMEOUT line for any of the 9 pids [E19]',
    ]);
  });

  it('“why not oom” of what may still be, with the gap that leaves it open', () => {
    expect(said(likelyTimeout(), 'why not oom')).toEqual([
      'Worker OOM kill is not ruled out: 14 %.',
      'SIGKILL fits, and the kernel log ends before the window [E2]',
      'gap: web-1 kernel-log',
    ]);
  });

  it('“why not oom” of what it was', () => {
    const [first, second] = said(confirmedOom(), 'why not oom');
    expect(first).toBe(
      "It was: the verdict is worker OOM kill (CONFIRMED). Memory ran out and the kernel killed worker processes, and with them the requests they were serving. It was the service's own memory limit, not the host's memory, that was reached.",
    );
    expect(second).toMatch(/^The kernel killed 9 processes .* \[E1 E3 E5\]$/);
  });

  it('“why not” of what was not weighed', () => {
    expect(said(noIncident(), 'was it the database')[0]).toMatch(
      /was not weighed: nothing that was read speaks for it or against it/,
    );
  });

  it('“show”: lines that are there, that never were, and that are no longer kept', () => {
    expect(said(confirmedOom(), 'show E1-E3')).toEqual(['lines: E1 E2 E3']);
    expect(said(confirmedOom(), 'show E99')).toEqual(['There is no E99; there are E1 to E20.']);
    const purged = { ...confirmedOom(), evidence: {} };
    expect(said(purged, 'show E1')).toEqual(['E1: no longer kept, its time is over.']);
    expect(said(purged, 'show E99')).toEqual(['There is no E99; this diagnosis has no lines.']);
    expect(said(confirmedOom(), 'show E1-E9')).toEqual([
      'The first 6 of 9; the others are under Show evidence.',
      'lines: E1 E2 E3 E4 E5 E6',
    ]);
  });

  it('“which worker”: each with its time and cause, or that nobody could look', () => {
    const all = said(confirmedOom(), 'which worker');
    expect(all).toHaveLength(9);
    expect(all[0]).toBe('Worker 832 died at 10:11:37 UTC: worker OOM kill. [E1 E2]');
    expect(said(aDocument(), 'which worker')).toEqual(['No worker died in this window.']);
    const blind = { ...inconclusiveWithGaps(), deaths: [] };
    expect(said(blind, 'which worker')).toEqual([
      'No death of a worker was seen, and not everything could be read.',
      'gap: web-2 kernel-log',
    ]);
  });

  it('“what changed”, where a restart was weighed and where nothing was seen', () => {
    expect(said(confirmedOom(), 'what changed')).toEqual([
      'A restart or deploy as the cause (under 1 %):',
      'the unit was not stopped in the window [E20]',
    ]);
    expect(said(aDocument(), 'what changed')).toEqual([
      'No deploy, reload, package or configuration change was seen shortly before.',
    ]);
  });

  it('“how many”, “gaps” and “help”', () => {
    expect(said(confirmedOom(), 'how many')[0]).toBe('701 requests · 502: 9.');
    expect(said(confirmedOom(), 'gaps')).toEqual(['Everything that was asked for could be read.']);
    expect(said(inconclusiveWithGaps(), 'gaps')).toHaveLength(3);
    expect(answerQuestion(confirmedOom(), { kind: 'help' }).commands).toContainEqual([
      'since 6h',
      'another stretch of time; also yesterday 02:05-02:20',
    ]);
  });

  it('“compare”: both verdicts and each count, without comparing what nobody counted', () => {
    expect(words(comparison(confirmedOom(), noIncident(), 'yesterday'))).toContain(
      '502s: 9 now, 0 yesterday.',
    );
    const unread = comparison(confirmedOom(), inconclusiveWithGaps(), 'yesterday');
    expect(words(unread)).toContain('502s: 9 now, not known yesterday.');
    expect(words(unread)[0]).toBe('Now: worker OOM kill. Yesterday: no settled cause.');
  });
});

const KINDS: readonly Question[] = [
  ...(['verdict', 'which-worker', 'what-changed', 'counts', 'gaps', 'help'] as const).map(kind => ({ kind })),
  ...CAUSE_IDS.map(id => ({ kind: 'cause' as const, causes: [id], said: id })),
  { kind: 'show', ids: ['E1', 'E2', 'E77777'] },
  { kind: 'cause', causes: [], said: 'the moon' },
];

describe('every answer to every recorded incident', () => {
  it.each(recorded)('rests on lines that are there, and says something: %s', (_, document) => {
    for (const question of KINDS) {
      const answer = answerQuestion(document, question);
      expect(answer.sentences.length + answer.lines.length).toBeGreaterThan(0);
      for (const { text, evidence } of answer.sentences) {
        expect(text.trim()).not.toBe('');
        for (const id of evidence) expect(document.evidence).toHaveProperty(id);
      }
      for (const id of answer.lines) expect(document.evidence).toHaveProperty(id);
      for (const gap of answer.gaps) expect(document.gaps).toContain(gap);
      for (const command of answer.suggestions) expect(readQuestion(command).kind).not.toBe('unknown');
    }
  });

  it('never shows a line of what every object inherits', () => {
    fc.assert(
      fc.property(fc.constantFrom('constructor', '__proto__', 'toString'), id => {
        expect(answerQuestion(confirmedOom(), { kind: 'show', ids: [id] }).lines).toEqual([]);
      }),
    );
  });
});
