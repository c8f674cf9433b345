import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../practice/slack/blocks/limits.ts';
import { problemText } from '../../../../practice/slack/blocks/problem.ts';
import { validateBlocks } from '../../../../practice/slack/blocks/validation.ts';
import {
  actions,
  button,
  cells,
  many,
  option,
  plain,
  type Row,
  said,
  select,
  typed,
} from './sized-blocks.ts';

const COUNTS: readonly Row[] = [
  ['blocks of a message', LIMITS.messageBlocks, n => many(n, () => ({ type: 'divider' })), '/blocks'],
  [
    'fields of a section',
    LIMITS.sectionFields,
    n => [{ type: 'section', fields: many(n, () => plain(1)) }],
    '/blocks/0/fields',
  ],
  [
    'elements of an actions block',
    LIMITS.actionsElements,
    n => actions(...many(n, () => button({}))),
    '/blocks/0/elements',
  ],
  [
    'elements of a context',
    LIMITS.contextElements,
    n => [{ type: 'context', elements: many(n, () => plain(1)) }],
    '/blocks/0/elements',
  ],
  [
    'options of an overflow menu',
    LIMITS.overflowOptions,
    n => actions({ type: 'overflow', options: many(n, option) }),
    '/blocks/0/elements/0/options',
  ],
  [
    'options of a select',
    LIMITS.selectOptions,
    n => select({ options: many(n, option) }),
    '/blocks/0/elements/0/options',
  ],
  [
    'options of a multi select',
    LIMITS.selectOptions,
    n => actions({ type: 'multi_static_select', options: many(n, option) }),
    '/blocks/0/elements/0/options',
  ],
  [
    'groups of a select',
    LIMITS.selectGroups,
    n =>
      select({
        options: undefined,
        option_groups: many(n, () => ({ label: plain(1), options: [option(0)] })),
      }),
    '/blocks/0/elements/0/option_groups',
  ],
  [
    'options of a group',
    LIMITS.selectOptions,
    n => select({ options: undefined, option_groups: [{ label: plain(1), options: many(n, option) }] }),
    '/blocks/0/elements/0/option_groups/0/options',
  ],
  [
    'radio buttons',
    LIMITS.choiceOptions,
    n => actions({ type: 'radio_buttons', options: many(n, option) }),
    '/blocks/0/elements/0/options',
  ],
  [
    'checkboxes',
    LIMITS.choiceOptions,
    n => actions({ type: 'checkboxes', options: many(n, option) }),
    '/blocks/0/elements/0/options',
  ],
  ['rows of a table', LIMITS.tableRows, n => cells(n, 1), '/blocks/0/rows'],
  ['columns of a table', LIMITS.tableColumns, n => cells(1, n), '/blocks/0/rows/0'],
  [
    'column settings',
    LIMITS.tableColumns,
    n => [{ ...cells(1, 1)[0], column_settings: many(n, () => null) }],
    '/blocks/0/column_settings',
  ],
];

const NUMBERS: readonly Row[] = [
  ['a shortest input', LIMITS.typedText, n => typed({ min_length: n }), '/blocks/0/element/min_length'],
  ['a longest input', LIMITS.typedText, n => typed({ max_length: n }), '/blocks/0/element/max_length'],
  [
    'an indent',
    LIMITS.listIndent,
    n => [
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            indent: n,
            elements: [{ type: 'rich_text_section', elements: [] }],
          },
        ],
      },
    ],
    '/blocks/0/elements/0/indent',
  ],
];

describe('a message', () => {
  it.each(COUNTS.map(([what, limit, ...rest]) => [limit, what, ...rest] as const))(
    'may have %i %s and no more',
    (limit, _what, blocks, pointer) => {
      expect(said(blocks(limit))).toEqual([]);
      expect(said(blocks(limit + 1))).toEqual([
        `no more than ${limit} items allowed [json-pointer:${pointer}]`,
      ]);
    },
  );

  it.each(NUMBERS)('may have %s of %i and no more', (_what, limit, blocks, pointer) => {
    expect(said(blocks(limit))).toEqual([]);
    expect(said(blocks(limit + 1))).toEqual([`must be at most ${limit} [json-pointer:${pointer}]`]);
  });

  it('may have 10,000 characters in a table and no more', () => {
    const table = (n: number) => [
      {
        type: 'table',
        rows: [
          [{ type: 'raw_text', text: 'x'.repeat(n - 1) }],
          [
            {
              type: 'rich_text',
              elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
            },
          ],
        ],
      },
    ];
    expect(said(table(LIMITS.tableCharacters))).toEqual([]);
    expect(said(table(LIMITS.tableCharacters + 1))).toEqual([
      'must be less than 10001 characters in all cells [json-pointer:/blocks/0/rows]',
    ]);
  });

  it('may have one table and no more', () => {
    const [table] = cells(1, 1);
    expect(said([table, table])).toEqual(['no more than 1 table block allowed [json-pointer:/blocks/1]']);
  });
});

describe('a view', () => {
  it.each(['modal', 'home'] as const)('(%s) may have 100 blocks and no more', surface => {
    const blocks = (n: number) => many(n, () => ({ type: 'divider' }));
    expect(validateBlocks(surface, blocks(100))).toEqual([]);
    expect(validateBlocks(surface, blocks(101)).map(problemText)).toEqual([
      'no more than 100 items allowed [json-pointer:/blocks]',
    ]);
  });
});
