import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../practice/slack/blocks/limits.ts';
import { problemText } from '../../../../practice/slack/blocks/problem.ts';
import { validateView } from '../../../../practice/slack/blocks/validation.ts';
import {
  actions,
  address,
  asked,
  button,
  confirm,
  image,
  markdown,
  modal,
  option,
  plain,
  type Row,
  said,
  select,
  typed,
} from './sized-blocks.ts';

const LENGTHS: readonly Row[] = [
  ['a block_id', LIMITS.blockId, n => [{ type: 'divider', block_id: 'x'.repeat(n) }], '/blocks/0/block_id'],
  [
    'an action_id',
    LIMITS.actionId,
    n => actions(button({ action_id: 'x'.repeat(n) })),
    '/blocks/0/elements/0/action_id',
  ],
  ['a header', LIMITS.headerText, n => [{ type: 'header', text: plain(n) }], '/blocks/0/text/text'],
  ['a section', LIMITS.sectionText, n => [{ type: 'section', text: markdown(n) }], '/blocks/0/text/text'],
  ['a field', LIMITS.sectionField, n => [{ type: 'section', fields: [plain(n)] }], '/blocks/0/fields/0/text'],
  [
    'a text of a context',
    LIMITS.contextText,
    n => [{ type: 'context', elements: [markdown(n)] }],
    '/blocks/0/elements/0/text',
  ],
  ['an alternative text', LIMITS.imageAlt, n => image({ alt_text: 'x'.repeat(n) }), '/blocks/0/alt_text'],
  ["an image's title", LIMITS.imageTitle, n => image({ title: plain(n) }), '/blocks/0/title/text'],
  ["an image's address", LIMITS.imageUrl, n => image({ image_url: address(n) }), '/blocks/0/image_url'],
  [
    'a label',
    LIMITS.inputLabel,
    n => asked({ type: 'datetimepicker' }, { label: plain(n) }),
    '/blocks/0/label/text',
  ],
  [
    'a hint',
    LIMITS.inputHint,
    n => asked({ type: 'datetimepicker' }, { hint: plain(n) }),
    '/blocks/0/hint/text',
  ],
  [
    "a button's text",
    LIMITS.buttonText,
    n => actions(button({ text: plain(n) })),
    '/blocks/0/elements/0/text/text',
  ],
  [
    "a button's value",
    LIMITS.buttonValue,
    n => actions(button({ value: 'x'.repeat(n) })),
    '/blocks/0/elements/0/value',
  ],
  [
    "a button's address",
    LIMITS.buttonUrl,
    n => actions(button({ url: address(n) })),
    '/blocks/0/elements/0/url',
  ],
  [
    "a button's label",
    LIMITS.buttonAccessibilityLabel,
    n => actions(button({ accessibility_label: 'x'.repeat(n) })),
    '/blocks/0/elements/0/accessibility_label',
  ],
  [
    "an option's text",
    LIMITS.optionText,
    n => select({ options: [{ ...option(0), text: plain(n) }] }),
    '/blocks/0/elements/0/options/0/text/text',
  ],
  [
    "an option's value",
    LIMITS.optionValue,
    n => select({ options: [{ ...option(0), value: 'x'.repeat(n) }] }),
    '/blocks/0/elements/0/options/0/value',
  ],
  [
    "an option's description",
    LIMITS.optionDescription,
    n => select({ options: [{ ...option(0), description: plain(n) }] }),
    '/blocks/0/elements/0/options/0/description/text',
  ],
  [
    "an overflow option's address",
    LIMITS.optionUrl,
    n => actions({ type: 'overflow', options: [{ ...option(0), url: address(n) }] }),
    '/blocks/0/elements/0/options/0/url',
  ],
  [
    "a group's label",
    LIMITS.groupLabel,
    n => select({ options: undefined, option_groups: [{ label: plain(n), options: [option(0)] }] }),
    '/blocks/0/elements/0/option_groups/0/label/text',
  ],
  [
    'a placeholder',
    LIMITS.placeholder,
    n => select({ placeholder: plain(n) }),
    '/blocks/0/elements/0/placeholder/text',
  ],
  [
    "an input's first value",
    LIMITS.typedText,
    n => typed({ initial_value: 'x'.repeat(n) }),
    '/blocks/0/element/initial_value',
  ],
  [
    "a confirmation's title",
    LIMITS.confirmTitle,
    n => confirm({ title: plain(n) }),
    '/blocks/0/elements/0/confirm/title/text',
  ],
  [
    "a confirmation's text",
    LIMITS.confirmText,
    n => confirm({ text: markdown(n) }),
    '/blocks/0/elements/0/confirm/text/text',
  ],
  [
    "a confirmation's yes",
    LIMITS.confirmButton,
    n => confirm({ confirm: plain(n) }),
    '/blocks/0/elements/0/confirm/confirm/text',
  ],
  [
    "a confirmation's no",
    LIMITS.confirmButton,
    n => confirm({ deny: plain(n) }),
    '/blocks/0/elements/0/confirm/deny/text',
  ],
];

describe('a message', () => {
  it.each(LENGTHS)('may have %s of %i characters and no more', (_what, limit, blocks, pointer) => {
    expect(said(blocks(limit))).toEqual([]);
    expect(said(blocks(limit + 1))).toEqual([
      `must be less than ${limit + 1} characters [json-pointer:${pointer}]`,
    ]);
  });
});

describe('a view', () => {
  it.each([
    ['a title', LIMITS.viewTitle, n => modal({ title: plain(n) }), '/view/title/text'],
    ['a close button', LIMITS.viewClose, n => modal({ close: plain(n) }), '/view/close/text'],
    ['a submit button', LIMITS.viewSubmit, n => modal({ submit: plain(n) }), '/view/submit/text'],
    [
      'private metadata',
      LIMITS.privateMetadata,
      n => modal({ private_metadata: 'x'.repeat(n) }),
      '/view/private_metadata',
    ],
    ['a callback_id', LIMITS.callbackId, n => modal({ callback_id: 'x'.repeat(n) }), '/view/callback_id'],
    ['an external_id', LIMITS.externalId, n => modal({ external_id: 'x'.repeat(n) }), '/view/external_id'],
  ] satisfies Row[])('may have %s of %i characters and no more', (_what, limit, view, pointer) => {
    expect(validateView(view(limit))).toEqual([]);
    expect(validateView(view(limit + 1)).map(problemText)).toEqual([
      `must be less than ${limit + 1} characters [json-pointer:${pointer}]`,
    ]);
  });
});
