import type { Message } from '../../../src/workflows/message.ts';
import type { Sample } from './samples.ts';
import { fitsMessage, packed } from './slack-limits.ts';

/** Larger ones are validated each by itself, under their own names. */
const SMALL_BLOCKS = 6;

/**
 * The same samples with small messages put together, as many into one as it holds: Slack validates about a hundred
 * messages a minute.
 */
export function packedSamples(samples: readonly Sample[]): readonly Sample[] {
  const small = samples.filter(isSmall);
  const together = packed(small.map(({ payload }) => (payload as Message).blocks));
  return [
    ...samples.filter(sample => !isSmall(sample)),
    ...together.map(
      (blocks, at): Sample => ({
        name: `small messages, part ${at + 1} of ${together.length}`,
        kind: 'message',
        payload: { text: 'Small messages of Staunch, put together to be validated.', blocks },
      }),
    ),
  ];
}

function isSmall({ kind, payload }: Sample): boolean {
  if (kind !== 'message') return false;
  const { blocks } = payload as Message;
  return blocks.length <= SMALL_BLOCKS && fitsMessage(blocks);
}
