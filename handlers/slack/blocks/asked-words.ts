import type { KnownBlock } from '@slack/types';
import { type Run, STAUNCH_ITSELF } from '../../../src/workflows/state-ports.ts';
import { plain } from './block-parts.ts';
import { type Mrkdwn, mention, own, shown } from './slack-text.ts';

/** Who asked for a run: a person, or nobody, and then Staunch looked by itself. */
export function askedWords({ askedBy }: Pick<Run, 'askedBy'>): Mrkdwn {
  return askedBy === STAUNCH_ITSELF ? own`begun by Staunch itself` : own`asked by ${mention(askedBy)}`;
}

/** Why there is a diagnosis that nobody asked for; nothing where somebody did. */
export function unaskedWords({ askedBy, because }: Pick<Run, 'askedBy' | 'because'>): string {
  if (askedBy !== STAUNCH_ITSELF) return '';
  const words = 'Nobody asked for this: Staunch itself looked.';
  return because === undefined ? words : `${words} ${shown(because, 600)}`;
}

/** Stands below the headline, small: it explains the message and is not what it is about. */
export function unaskedBlocks(run: Pick<Run, 'askedBy' | 'because'>): KnownBlock[] {
  const words = unaskedWords(run);
  return words === '' ? [] : [{ type: 'context', elements: [plain(words)] }];
}
