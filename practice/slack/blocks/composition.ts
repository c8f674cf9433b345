import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** docs.slack.dev/reference/block-kit/composition-objects/text-object: plain_text of 1 to `most` characters. */
export const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: filled(most), emoji: z.boolean().optional() });

/** A text object of type mrkdwn. */
export const markdownText = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: filled(most), verbatim: z.boolean().optional() });

/** Either text object. */
export const anyText = (most: number) => z.discriminatedUnion('type', [plainText(most), markdownText(most)]);

/** A string of 1 to `most` characters. */
export const filled = (most: number) => z.string().min(1).max(most);

/** An address that Slack's servers could load. */
export const webAddress = (most: number) => z.url({ protocol: /^https?$/ }).max(most);

const described = {
  value: filled(LIMITS.optionValue),
  description: plainText(LIMITS.optionDescription).optional(),
};

/** An option of a select menu. */
export const menuOption = z.strictObject({ text: plainText(LIMITS.optionText), ...described });

/** Only overflow menus may link. */
export const overflowOption = z.strictObject({
  text: plainText(LIMITS.optionText),
  ...described,
  url: z.url().max(LIMITS.optionUrl).optional(),
});

/** Radio buttons and checkboxes may be written in mrkdwn. */
export const choiceOption = z.strictObject({
  text: anyText(LIMITS.optionText),
  value: filled(LIMITS.optionValue),
  description: anyText(LIMITS.optionDescription).optional(),
});

/** Options under a label. */
export const optionGroup = z.strictObject({
  label: plainText(LIMITS.groupLabel),
  options: z.array(menuOption).min(1).max(LIMITS.selectOptions),
});

/** docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object. */
export const confirmation = z.strictObject({
  title: plainText(LIMITS.confirmTitle).optional(),
  text: anyText(LIMITS.confirmText),
  confirm: plainText(LIMITS.confirmButton).optional(),
  deny: plainText(LIMITS.confirmButton).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

/** Where an image comes from: exactly one of an address and a file of Slack's. */
export const imageSource = {
  image_url: webAddress(LIMITS.imageUrl).optional(),
  slack_file: z
    .strictObject({ id: filled(LIMITS.blockId).optional(), url: webAddress(LIMITS.imageUrl).optional() })
    .refine(file => (file.id === undefined) !== (file.url === undefined), {
      message: 'must define exactly one of `id` or `url`',
    })
    .optional(),
};

/** The rule that `imageSource` cannot say alone. */
export const oneImageSource = [
  (image: { readonly image_url?: unknown; readonly slack_file?: unknown }) =>
    (image.image_url === undefined) !== (image.slack_file === undefined),
  { message: 'must define exactly one of `image_url` or `slack_file`' },
] as const;
