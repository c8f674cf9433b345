import type { KnownBlock, RichTextElement } from '@slack/types';
import type { DiagnosisGap } from '../../../src/report/diagnosis-document.ts';
import { gapsByFix, gapWords, mendingOf } from '../../../src/report/diagnosis-outline.ts';
import { bold, code, gapOf, line, list, richText, words } from './block-parts.ts';
import { firstOf, moreWords } from './slack-limits.ts';
import { shown } from './slack-text.ts';

/** Most bullets in the root message. */
const GAPS = 5;
/** Texts of gaps that share a bullet. */
const TOGETHER = 3;

/**
 * What could not be seen, the most telling first, each with the way to mend it; gaps that one fix mends stand
 * together. Empty without a gap.
 *
 * @param scale shortens what servers said when the message would be too long
 */
export function gapsBlocks(title: string, gaps: readonly DiagnosisGap[], scale: number): KnownBlock[] {
  const { shown: first, more } = firstOf(gapsByFix(gaps), GAPS);
  if (first.length === 0) return [];
  const rest = more > 0 ? [line(words(`${moreWords(more)}; they are all in the thread.`))] : [];
  return [
    richText(
      line(bold(title)),
      list(
        'bullet',
        first.map(together => gapElements(together, scale)),
      ),
      ...rest,
    ),
  ];
}

/** The gaps beyond those of the root message. */
export function gapsBeyondRoot(gaps: readonly DiagnosisGap[]): readonly DiagnosisGap[] {
  const groups = gapsByFix(gaps);
  return [...groups.slice(0, GAPS).flatMap(group => group.slice(TOGETHER)), ...groups.slice(GAPS).flat()];
}

function gapElements(together: readonly DiagnosisGap[], scale: number): RichTextElement[] {
  const text = (said: string, most: number) => words(shown(said, Math.round(most * scale)));
  const texts = together.slice(0, TOGETHER).flatMap(gap => [text(gapWords(gap), 400), gapOf('\n')]);
  const [first] = together;
  if (first === undefined) return [];
  const { before, command, after } = mendingOf(first);
  const hint = before.replace(/^Try: /, '');
  return [
    ...texts,
    words('Mend it: '),
    ...(hint === '' ? [] : [text(hint, 300)]),
    ...(command === undefined ? [] : [code(shown(command, Math.round(300 * scale)))]),
    ...(after === '' ? [] : [text(after, 100)]),
  ];
}
