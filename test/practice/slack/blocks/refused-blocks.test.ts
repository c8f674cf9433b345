import { describe, expect, it } from 'vitest';
import {
  button,
  markdown,
  option,
  other,
  picture,
  plain,
  refused,
  rich,
  section,
  select,
} from './block-samples.ts';

describe('a message may not hold', () => {
  it.each([
    ['an unknown block', { type: 'video' }, 'unsupported type: video [json-pointer:/blocks/0/type]'],
    ['a block without type', {}, 'missing required field: type [json-pointer:/blocks/0]'],
    ['what is no block', 'divider', 'must provide an object [json-pointer:/blocks/0]'],
    [
      'an unknown field',
      { type: 'divider', color: 'red' },
      'invalid additional property: color [json-pointer:/blocks/0]',
    ],
    [
      'a header in mrkdwn',
      { type: 'header', text: { type: 'mrkdwn', text: 'x' } },
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a header of a bare string',
      { type: 'header', text: 'x' },
      'must provide an object [json-pointer:/blocks/0/text]',
    ],
    ['a header without text', { type: 'header' }, 'missing required field: text [json-pointer:/blocks/0]'],
    [
      'emoji in mrkdwn',
      { type: 'section', text: { ...markdown, emoji: true } },
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    [
      'an empty text',
      { type: 'section', text: { ...plain, text: '' } },
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty section',
      { type: 'section' },
      'must define either `fields` or `text` [json-pointer:/blocks/0]',
    ],
    [
      'no fields',
      { type: 'section', fields: [] },
      'no less than 1 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a date picker beside a text',
      { type: 'section', text: plain, accessory: { type: 'datetimepicker' } },
      'unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]',
    ],
    [
      'a button in a context',
      { type: 'context', elements: [button] },
      'unsupported type: button [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'a text input among actions',
      { type: 'actions', elements: [{ type: 'plain_text_input' }] },
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'no actions',
      { type: 'actions', elements: [] },
      'no less than 1 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'an input with a button',
      { type: 'input', label: plain, element: button },
      'unsupported type: button [json-pointer:/blocks/0/element/type]',
    ],
    [
      'a button with mrkdwn',
      { type: 'actions', elements: [{ ...button, text: { type: 'mrkdwn', text: 'x' } }] },
      'unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]',
    ],
    [
      'a button of an unknown style',
      { type: 'actions', elements: [{ ...button, style: 'blue' }] },
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a button that leads nowhere',
      { type: 'actions', elements: [{ ...button, url: 'not a url' }] },
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'an image from the disk',
      { ...picture, image_url: 'file:///x.png' },
      'invalid url [json-pointer:/blocks/0/image_url]',
    ],
    [
      'an image from nowhere',
      { type: 'image', alt_text: 'x' },
      'must define exactly one of `image_url` or `slack_file` [json-pointer:/blocks/0]',
    ],
    [
      'an image from two places',
      { ...picture, slack_file: { id: 'F1' } },
      'must define exactly one of `image_url` or `slack_file` [json-pointer:/blocks/0]',
    ],
    [
      'a file without a name',
      { type: 'image', alt_text: 'x', slack_file: {} },
      'must define exactly one of `id` or `url` [json-pointer:/blocks/0/slack_file]',
    ],
    [
      'an image without alternative text',
      { ...picture, alt_text: undefined },
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    [
      'a select without options',
      { type: 'actions', elements: [{ type: 'static_select' }] },
      'must define exactly one of `options` or `option_groups` [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a select with two lists',
      { type: 'actions', elements: [{ ...select, option_groups: [{ label: plain, options: [option] }] }] },
      'must define exactly one of `options` or `option_groups` [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a link outside overflow menus',
      { type: 'actions', elements: [{ ...select, options: [{ ...option, url: 'https://a.example' }] }] },
      'invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]',
    ],
    [
      'a choice that is not offered',
      { type: 'actions', elements: [{ ...select, initial_option: other }] },
      '`initial_option` must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
    ],
    [
      'choices that are not offered',
      {
        type: 'input',
        label: plain,
        element: { type: 'checkboxes', options: [option], initial_options: [other] },
      },
      '`initial_options` must be among the options [json-pointer:/blocks/0/element/initial_options]',
    ],
    [
      'a time in milliseconds',
      { type: 'actions', elements: [{ type: 'datetimepicker', initial_date_time: 1_700_000_000_000 }] },
      'must be at most 9999999999 [json-pointer:/blocks/0/elements/0/initial_date_time]',
    ],
    [
      'a time as text',
      { type: 'actions', elements: [{ type: 'datetimepicker', initial_date_time: '1700000000' }] },
      'must provide a number [json-pointer:/blocks/0/elements/0/initial_date_time]',
    ],
    [
      'an empty cell',
      { type: 'table', rows: [[{ type: 'raw_text', text: '' }]] },
      'must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]',
    ],
    [
      'a cell in mrkdwn',
      { type: 'table', rows: [[markdown]] },
      'unsupported type: mrkdwn [json-pointer:/blocks/0/rows/0/0/type]',
    ],
    [
      'an unknown part of a rich text',
      rich({ type: 'rich_text_poem', elements: [] }),
      'unsupported type: rich_text_poem [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'an unknown element of a rich text',
      rich(section({ type: 'color', value: '#fff' })),
      'unsupported type: color [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    [
      'an unknown style',
      rich(section({ type: 'text', text: 'a', style: { blink: true } })),
      'invalid additional property: blink [json-pointer:/blocks/0/elements/0/elements/0/style]',
    ],
    [
      'a mention in preformatted text',
      rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }),
      'unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    ['an empty rich text', rich(), 'no less than 1 items allowed [json-pointer:/blocks/0/elements]'],
  ])('%s', (_what, block, problem) => {
    expect(refused([block])).toEqual([problem]);
  });

  it('what is no list', () => {
    expect(refused({ type: 'divider' })).toEqual(['must provide an array [json-pointer:/blocks]']);
  });

  it('one block_id twice', () => {
    const blocks = ['a', 'b', 'a'].map(id => ({ type: 'divider', block_id: id }));
    expect(refused(blocks)).toEqual(['`block_id` already exists: a [json-pointer:/blocks/2/block_id]']);
  });

  it('one action_id twice in a block, but it may in two', () => {
    const actions = (...elements: unknown[]) => ({ type: 'actions', elements });
    expect(refused([actions(button), actions(button)])).toEqual([]);
    expect(refused([actions(button, button)])).toEqual([
      '`action_id` already exists: go [json-pointer:/blocks/0/elements/1/action_id]',
    ]);
  });
});
