import type {
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  RichTextList,
  RichTextPreformatted,
  RichTextSection,
  SectionBlock,
} from '@slack/types';
import type { Message } from '../../../src/workflows/message.ts';
import { clamp, LIMITS } from './slack-limits.ts';
import { fallbackOf, filled, type Mrkdwn, shown, type TimeFormat } from './slack-text.ts';

/**
 * Text that Slack shows as it is. `emoji` is off, or `:bomb:` in a log would become one; signs of our own are
 * the characters themselves.
 */
export function plain(text: string, most: number = LIMITS.textObject.most): PlainTextElement {
  return { type: 'plain_text', text: filled(clamp(text, most)), emoji: false };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, LIMITS.headerText.most) };
}

/** A paragraph that Slack shows as it is, with a button at its side. */
export function section(text: string, accessory?: Button): SectionBlock {
  return { type: 'section', text: plain(text), ...(accessory && { accessory }) };
}

/** A heading of our own words, with a button at its side. */
export function headed(title: Mrkdwn, accessory: Button): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: title.text, verbatim: true }, accessory };
}

/** Small grey words of our own. */
export function context(words: Mrkdwn): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: words.text, verbatim: true }] };
}

/** `label` is read out instead of the text where the text alone says too little. */
export function button(
  text: string,
  actionId: string,
  value: string,
  more: { readonly label?: string; readonly style?: 'primary' } = {},
): Button {
  return {
    type: 'button',
    text: plain(text, LIMITS.buttonText.most),
    action_id: actionId,
    ...(value !== '' && { value }),
    ...(more.style && { style: more.style }),
    ...(more.label !== undefined && { accessibility_label: clamp(more.label, LIMITS.buttonLabel.most) }),
  };
}

export function actions(buttons: readonly Button[]): KnownBlock {
  return { type: 'actions', elements: [...buttons] };
}

/** Words in a rich text; Slack reads nothing into them. */
export function words(text: string, most: number = LIMITS.textObject.most): RichTextElement {
  return { type: 'text', text: filled(shown(text, most)) };
}

export function bold(text: string, most = 200): RichTextElement {
  return { type: 'text', text: filled(shown(text, most)), style: { bold: true } };
}

/** Something to be copied. */
export function code(text: string, most = 500): RichTextElement {
  return { type: 'text', text: filled(shown(text, most)), style: { code: true } };
}

/** Blanks and line breaks between the parts of a line. */
export function gapOf(text: ' ' | '  ' | '\n' | ' – '): RichTextElement {
  return { type: 'text', text };
}

/** An instant in the reader's zone. */
export function timeElement(atMs: number, format: TimeFormat, fallback: string): RichTextElement {
  return { type: 'date', timestamp: Math.floor(atMs / 1000), format, fallback };
}

type RichPart = RichTextSection | RichTextList | RichTextPreformatted;

export function line(...elements: readonly RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements: [...elements] };
}

export function list(
  style: 'bullet' | 'ordered',
  items: readonly (readonly RichTextElement[])[],
): RichTextList {
  return { type: 'rich_text_list', style, elements: items.map(item => line(...item)) };
}

/** Lines exactly as a server wrote them, made safe by the caller. */
export function verbatim(lines: string): RichTextPreformatted {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: filled(lines) }] };
}

export function richText(...elements: readonly RichPart[]): RichTextBlock {
  return { type: 'rich_text', elements: [...elements] };
}

export function message(text: Mrkdwn, blocks: readonly KnownBlock[]): Message {
  return { text: fallbackOf(text), blocks };
}
