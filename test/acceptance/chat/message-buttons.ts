import type { PracticeBlock } from '../../../practice/slack/workspace.ts';

interface Button {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Readonly<Record<string, unknown>>;
}

/** The buttons of a message or view, wherever they stand. */
export function buttonsOf(holder: { readonly blocks: readonly PracticeBlock[] } | undefined): Button[] {
  return (holder?.blocks ?? []).flatMap(block => {
    const elements = [block.accessory, ...((block.elements as unknown[] | undefined) ?? [])];
    return elements.flatMap(element => {
      const button = element as { type?: string; action_id?: string } | undefined;
      return button?.type === 'button'
        ? [{ blockId: block.block_id ?? '', actionId: button.action_id ?? '', element: button }]
        : [];
    });
  });
}
