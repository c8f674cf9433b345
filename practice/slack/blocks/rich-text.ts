import { z } from 'zod';
import { filled } from './composition.ts';
import { LIMITS } from './limits.ts';

// docs.slack.dev/reference/block-kit/blocks/rich-text-block names no lengths: what bounds a rich text is the
// length of the whole message.
const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();
const word = z.string().min(1);
const id = filled(LIMITS.blockId);

const text = z.strictObject({ type: z.literal('text'), text: word, style });
const link = z.strictObject({
  type: z.literal('link'),
  url: word,
  text: word.optional(),
  unsafe: z.boolean().optional(),
  style,
});

const inline = z.discriminatedUnion('type', [
  text,
  link,
  z.strictObject({ type: z.literal('emoji'), name: word, unicode: word.optional(), style }),
  z.strictObject({ type: z.literal('user'), user_id: id, style }),
  z.strictObject({ type: z.literal('channel'), channel_id: id, style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: id, style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: word,
    url: z.url().optional(),
    fallback: word.optional(),
    style,
  }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
]);

const border = z.union([z.literal(0), z.literal(1)]).optional();
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(inline) });

const part = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(section).min(1),
    indent: z.int().min(0).max(LIMITS.listIndent).optional(),
    border,
  }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [text, link])).min(1),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inline).min(1), border }),
]);

/** A rich_text block, which is also a table's cell. */
export const richText = z.strictObject({
  type: z.literal('rich_text'),
  block_id: filled(LIMITS.blockId).optional(),
  elements: z.array(part).min(1),
});
