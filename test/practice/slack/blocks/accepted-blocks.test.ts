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
  rows,
  section,
  select,
} from './block-samples.ts';

describe('a message may hold', () => {
  it.each([
    [{ type: 'header', text: { ...plain, emoji: true } }],
    [{ type: 'section', text: markdown, fields: [plain, markdown], expand: true }],
    [{ type: 'section', text: plain, accessory: picture }],
    [
      {
        type: 'section',
        text: plain,
        accessory: { type: 'overflow', options: [{ ...option, url: 'https://a.example' }] },
      },
    ],
    [{ type: 'context', elements: [plain, markdown, picture] }],
    [{ type: 'divider' }],
    [{ ...picture, title: plain }],
    [{ type: 'image', alt_text: 'x', slack_file: { id: 'F1' } }],
    [
      {
        type: 'actions',
        elements: [
          {
            ...button,
            style: 'danger',
            confirm: { text: markdown, title: plain, confirm: plain, deny: plain, style: 'danger' },
          },
        ],
      },
    ],
    [
      {
        type: 'actions',
        elements: [{ ...select, initial_option: option, placeholder: plain, focus_on_load: true }],
      },
    ],
    [
      {
        type: 'actions',
        elements: [
          {
            type: 'static_select',
            option_groups: [{ label: plain, options: [option] }],
            initial_option: option,
          },
        ],
      },
    ],
    [
      {
        type: 'actions',
        elements: [
          {
            type: 'multi_static_select',
            options: [option, other],
            initial_options: [other],
            max_selected_items: 1,
          },
        ],
      },
    ],
    [
      {
        type: 'actions',
        elements: [
          {
            type: 'radio_buttons',
            options: [{ ...option, text: markdown }],
            initial_option: { ...option, text: markdown },
          },
        ],
      },
    ],
    [
      {
        type: 'input',
        label: plain,
        element: { type: 'checkboxes', options: [option], initial_options: [option] },
        optional: true,
        dispatch_action: false,
      },
    ],
    [{ type: 'input', label: plain, element: { type: 'datetimepicker', initial_date_time: 1_700_000_000 } }],
    [
      {
        type: 'input',
        label: plain,
        element: {
          type: 'plain_text_input',
          multiline: true,
          min_length: 0,
          max_length: 3_000,
          dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
        },
      },
    ],
    [{ type: 'table', rows, column_settings: [{ align: 'right', is_wrapped: true }, null] }],
    [
      rich(
        section({ type: 'text', text: 'a', style: { bold: true, italic: true, code: true, strike: true } }),
      ),
    ],
    [rich(section({ type: 'link', url: 'https://a.example', text: 'a' }, { type: 'emoji', name: 'wave' }))],
    [
      rich(
        section(
          { type: 'user', user_id: 'U1' },
          { type: 'channel', channel_id: 'C1' },
          { type: 'usergroup', usergroup_id: 'S1' },
        ),
      ),
    ],
    [
      rich(
        section(
          { type: 'date', timestamp: 1, format: '{date}', fallback: 'then' },
          { type: 'broadcast', range: 'here' },
        ),
      ),
    ],
    [rich({ type: 'rich_text_list', style: 'ordered', indent: 1, border: 0, elements: [section()] })],
    [
      rich(
        { type: 'rich_text_preformatted', border: 1, elements: [{ type: 'text', text: 'log' }] },
        { type: 'rich_text_quote', elements: [{ type: 'text', text: 'a' }] },
      ),
    ],
  ])('%o', block => {
    expect(refused([block])).toEqual([]);
  });
});
