import type { RichTextElement } from '@slack/types';
import { gapOf, words } from './block-parts.ts';
import { firstOf, moreWords } from './slack-limits.ts';

const SERVERS = 5;

/** Which file of which server, a line each. */
export function whereElements(where: string): RichTextElement[] {
  const { shown: first, more } = firstOf(where.split('\n'), SERVERS);
  const lines = [...first, ...(more > 0 ? [moreWords(more, 'servers')] : [])];
  return lines.flatMap((each, at) => [...(at === 0 ? [] : [gapOf('\n')]), words(each, 300)]);
}
