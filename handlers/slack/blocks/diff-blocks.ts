import type { KnownBlock } from '@slack/types';
import type { ShownDiff } from '../../../src/workflows/planned-change.ts';
import { bold, line, richText, verbatim, words } from './block-parts.ts';
import { diffGroups } from './diff-parts.ts';
import { clamp, firstOf, moreWords } from './slack-limits.ts';
import { shown } from './slack-text.ts';

const MOST_LINES = 200;
const MOST_FILES = 5;
const MOST_CHARACTERS = 8_000;

/** The exact change for a modal, where there is room: each file with the servers it is the same on. */
export function diffBlocks(diffs: readonly ShownDiff[]): KnownBlock[] {
  const { shown: groups, more } = firstOf(diffGroups(diffs), MOST_FILES);
  return [
    ...groups.map(({ path, servers, text }) => {
      const { shown: lines, more: left } = firstOf(text.split('\n'), MOST_LINES);
      const rest = left > 0 ? `\n${moreWords(left, 'lines')}` : '';
      return richText(
        line(bold(shown(path, 150)), words(` on ${shown(servers.join(', '), 200)}`)),
        verbatim(clamp(`${lines.join('\n')}${rest}`, MOST_CHARACTERS)),
      );
    }),
    ...(more > 0 ? [richText(line(words(moreWords(more, 'files'))))] : []),
  ];
}
