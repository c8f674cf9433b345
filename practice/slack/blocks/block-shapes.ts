import { z } from 'zod';
import { anyText, filled, imageSource, markdownText, oneImageSource, plainText } from './composition.ts';
import { accessory, actionsElement, imageElement, inputElement } from './elements.ts';
import { LIMITS } from './limits.ts';
import { richText } from './rich-text.ts';

const named = { block_id: filled(LIMITS.blockId).optional() };

const header = z.strictObject({ type: z.literal('header'), ...named, text: plainText(LIMITS.headerText) });

const section = z
  .strictObject({
    type: z.literal('section'),
    ...named,
    text: anyText(LIMITS.sectionText).optional(),
    fields: z.array(anyText(LIMITS.sectionField)).min(1).max(LIMITS.sectionFields).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine(block => block.text !== undefined || block.fields !== undefined, {
    message: 'must define either `fields` or `text`',
  });

const context = z.strictObject({
  type: z.literal('context'),
  ...named,
  elements: z
    .array(
      z.discriminatedUnion('type', [
        plainText(LIMITS.contextText),
        markdownText(LIMITS.contextText),
        imageElement,
      ]),
    )
    .min(1)
    .max(LIMITS.contextElements),
});

const divider = z.strictObject({ type: z.literal('divider'), ...named });

const actions = z.strictObject({
  type: z.literal('actions'),
  ...named,
  elements: z.array(actionsElement).min(1).max(LIMITS.actionsElements),
});

const image = z
  .strictObject({
    type: z.literal('image'),
    ...named,
    alt_text: filled(LIMITS.imageAlt),
    title: plainText(LIMITS.imageTitle).optional(),
    ...imageSource,
  })
  .refine(...oneImageSource);

const input = z.strictObject({
  type: z.literal('input'),
  ...named,
  label: plainText(LIMITS.inputLabel),
  hint: plainText(LIMITS.inputHint).optional(),
  element: inputElement,
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
});

const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });

const table = z.strictObject({
  type: z.literal('table'),
  ...named,
  rows: z
    .array(
      z
        .array(z.discriminatedUnion('type', [rawText, richText]))
        .min(1)
        .max(LIMITS.tableColumns),
    )
    .min(1)
    .max(LIMITS.tableRows),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(LIMITS.tableColumns)
    .optional(),
});

const everywhere = [header, section, context, divider, actions, image, input, richText] as const;

/** A block of a modal or of the App Home. */
export const viewBlock = z.discriminatedUnion('type', [...everywhere]);

/** A block of a message: only there a table may stand. */
export const messageBlock = z.discriminatedUnion('type', [...everywhere, table]);

const common = {
  private_metadata: z.string().max(LIMITS.privateMetadata).optional(),
  callback_id: z.string().max(LIMITS.callbackId).optional(),
  external_id: z.string().max(LIMITS.externalId).optional(),
  blocks: z.array(z.unknown()),
};

/** docs.slack.dev/reference/views: the frame; its blocks are checked apart. */
export const viewFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    title: plainText(LIMITS.viewTitle),
    close: plainText(LIMITS.viewClose).optional(),
    submit: plainText(LIMITS.viewSubmit).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    ...common,
  }),
  z.strictObject({ type: z.literal('home'), ...common }),
]);
