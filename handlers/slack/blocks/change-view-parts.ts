import type { KnownBlock, ModalView, RichTextElement } from '@slack/types';
import { bold, line, list, plain, richText, words } from './block-parts.ts';
import { LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';

/** Block ids of the inputs that several modals of changes share. */
export const INPUT = { reason: 'reason', name: 'service-name' } as const;
const LONGEST_REASON = 500;

/** A modal that can be cancelled. */
export function frame(title: string): Pick<ModalView, 'type' | 'title' | 'close'> {
  return {
    type: 'modal',
    title: plain(title, LIMITS.viewTitle.most),
    close: plain('Cancel', LIMITS.viewClose.most),
  };
}

/** A modal with nothing to send. */
export function closedView(title: string, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    title: plain(title, LIMITS.viewTitle.most),
    close: plain('Close', LIMITS.viewClose.most),
    blocks: [...blocks],
  };
}

/** Why, in a person's words. */
export function reasonInput(label: string): KnownBlock {
  return {
    type: 'input',
    block_id: INPUT.reason,
    label: plain(label, 200),
    element: {
      type: 'plain_text_input',
      action_id: INPUT.reason,
      multiline: true,
      max_length: LONGEST_REASON,
    },
  };
}

/** What is typed is typed deliberately. */
export function nameInput(service: string): KnownBlock {
  return {
    type: 'input',
    block_id: INPUT.name,
    label: plain(`This is production. Type ${shown(service, 80)}`, 200),
    element: { type: 'plain_text_input', action_id: INPUT.name, max_length: 100 },
  };
}

/** A short list under a title of ours; nothing without texts. */
export function bullets(title: string, texts: readonly string[]): KnownBlock[] {
  if (texts.length === 0) return [];
  const items = texts.slice(0, 8).map((text): RichTextElement[] => [words(text, 500)]);
  return [richText(line(bold(title)), list('bullet', items))];
}
