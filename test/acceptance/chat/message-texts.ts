import type { PracticeBlock } from '../../../practice/slack/workspace.ts';

/** Every text in a message's blocks, in order. */
export function textsOf(message: { readonly blocks: readonly PracticeBlock[] } | undefined): string {
  const texts: string[] = [];
  const collect = (value: unknown, name: string): void => {
    if (typeof value === 'string' && ['text', 'name', 'fallback'].includes(name)) texts.push(value);
    if (value !== null && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) collect(item, Array.isArray(value) ? name : key);
  };
  collect(message?.blocks ?? [], '');
  return texts.join('\n');
}
