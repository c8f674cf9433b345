import type { RichTextElement, RichTextPreformatted, RichTextSection } from '@slack/types';
import type { DiagnosisEvidence } from '../../../src/report/diagnosis-document.ts';
import { verbatimLines, whereWords } from '../../../src/report/evidence-text.ts';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import { bold, line, timeElement, verbatim, words } from './block-parts.ts';
import { clamp } from './slack-limits.ts';
import { TIME_FORMAT } from './slack-text.ts';

/** A traceback has dozens of lines; each counts towards the characters too. */
const LINES = 60;

/**
 * One piece of evidence: its number, where and when, and the line as the server wrote it.
 *
 * @param characters the most that is shown of the line
 */
export function evidenceParts(
  id: string,
  piece: DiagnosisEvidence,
  characters: number,
): [RichTextSection, RichTextPreformatted] {
  const lines = verbatimLines(piece.text, LINES, characters).join('\n');
  return [
    line(bold(id), words(`  ${whereWords(piece)}, `), ...whenElements(piece.at)),
    verbatim(clamp(lines, characters)),
  ];
}

/** When, in the reader's zone and by the clock in UTC, as servers mostly write it. */
function whenElements(at: string | null): RichTextElement[] {
  if (at === null) return [words('a state, without a time of its own')];
  const atMs = Date.parse(at);
  const utc = `${clockWords(atMs, 'UTC')} UTC`;
  return [timeElement(atMs, TIME_FORMAT.daySecond, `${dayWords(atMs, 'UTC')} ${utc}`), words(` (${utc})`)];
}
