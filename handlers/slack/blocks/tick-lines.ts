import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Tick } from '../../../src/workflows/planned-change.ts';
import { bold, gapOf, line, richText, words } from './block-parts.ts';
import { firstOf, moreWords } from './slack-limits.ts';

const SIGNS: Readonly<Record<Tick['state'], string>> = { ok: '✓', warn: '⚠', block: '✗' };
const ORDER = ['block', 'warn', 'ok'] as const;

/**
 * What was looked at before a change: what speaks against it first and in full, then as many of the others as `most`
 * leaves room for. Nothing where nothing was looked at.
 */
export function tickBlocks(ticks: readonly Tick[], most: number, longest = 400): KnownBlock[] {
  if (ticks.length === 0) return [];
  const sorted = ticks.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const notable = sorted.filter(tick => tick.state !== 'ok').length;
  const { shown: first, more } = firstOf(sorted, Math.max(most, Math.min(notable, 15)));
  const lines = first.flatMap((tick): RichTextElement[] => [
    gapOf('\n'),
    words(`${SIGNS[tick.state]} ${tick.server === undefined ? '' : `${tick.server}: `}${tick.text}`, longest),
  ]);
  const rest =
    more > 0 ? [gapOf('\n'), words(`${moreWords(more)}${notable > first.length ? '' : ', all fine'}`)] : [];
  return [richText(line(bold('Looked at before'), ...lines, ...rest))];
}
