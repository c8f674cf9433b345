import { describe, expect, it } from 'vitest';
import {
  clamp,
  fitsMessage,
  fitted,
  moreWords,
  packed,
} from '../../../../handlers/slack/blocks/slack-limits.ts';
import { fallbackOf, own } from '../../../../handlers/slack/blocks/slack-text.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text = 'x') => ({ type: 'section', text: plain(text) });
const button = (change: object = {}) => ({ type: 'button', text: plain('x'), action_id: 'a', ...change });
const option = (value: string) => ({ text: plain('x'), value });
const select = (options: unknown[], change: object = {}) => ({
  type: 'static_select',
  action_id: 's',
  options,
  ...change,
});
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const times = <T>(count: number, item: T) => Array.from({ length: count }, () => item);
const cell = (text: string) => ({ type: 'raw_text', text });

describe('texts and blocks are kept within limits', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 4, 'abc…'],
    ['ab😀def', 4, 'ab…'],
    ['ab', 0, '…'],
  ])('clamp(%j, %i) is %j', (text, most, kept) => {
    expect(clamp(text, most)).toBe(kept);
  });

  it('does not cut an escaped sign in two', () => {
    const text = own`${'<'.repeat(50)}`;
    for (let most = 10; most < 40; most++) expect(fallbackOf(text, most)).toMatch(/^(&lt;|\u200b)*…$/);
  });

  it.each([
    [0, ''],
    [12, '… and 12 more'],
  ])('%i left out: %j', (more, words) => {
    expect(moreWords(more)).toBe(words);
  });

  it('shortens texts until a message fits', () => {
    const blocks = fitted(scale => times(6, section('x'.repeat(Math.round(3_000 * scale)))));
    expect(fitsMessage(blocks)).toBe(true);
    expect(blocks[0]?.text.text.length).toBeGreaterThan(1_000);
  });

  it('shares groups out over messages in order, each whole and one table a message', () => {
    const table = { type: 'table', rows: [[cell('x')]] };
    const groups = [...times(4, [section('x'.repeat(2_900))]), [table], [section(), section()], [table], []];
    const messages = packed<object>(groups);
    expect(messages.flat()).toEqual(groups.flat());
    expect(messages.map(blocks => violationsOf({ text: 'x', blocks }))).toEqual(messages.map(() => []));
    expect(packed(times(120, [section()])).map(blocks => blocks.length)).toEqual([50, 50, 20]);
  });
});

describe('a message that Slack would refuse is noticed', () => {
  it.each<[string, object]>([
    ['51 blocks', { blocks: times(51, section()) }],
    ['too much JSON', { blocks: times(5, section('x'.repeat(2_900))) }],
    ['no fallback text', { text: ' ', blocks: [section()] }],
    ['a long fallback text', { text: 'x'.repeat(4_001), blocks: [section()] }],
    ['an unknown block', { blocks: [{ type: 'video' }] }],
    ['a block named like a property', { blocks: [{ type: 'constructor' }] }],
    ['a long section', { blocks: [section('x'.repeat(3_001))] }],
    ['an empty section', { blocks: [section('')] }],
    ['a section of nothing', { blocks: [{ type: 'section' }] }],
    ['eleven fields', { blocks: [{ type: 'section', fields: times(11, plain('x')) }] }],
    ['a long header', { blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] }],
    ['a header in mrkdwn', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }],
    ['eleven words of context', { blocks: [{ type: 'context', elements: times(11, plain('x')) }] }],
    ['no buttons', { blocks: [{ type: 'actions', elements: [] }] }],
    ['an action twice', { blocks: [{ type: 'actions', elements: [button(), button()] }] }],
    ['a block_id twice', { blocks: times(2, { ...section(), block_id: 'b' }) }],
    ['a long button', { blocks: [{ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }] }],
    ['a long value', { blocks: [{ type: 'actions', elements: [button({ value: 'x'.repeat(2_001) })] }] }],
    ['an unknown element', { blocks: [{ ...section(), accessory: { type: 'rich_text_input' } }] }],
    [
      '101 options',
      {
        blocks: [{ ...section(), accessory: select(Array.from({ length: 101 }, (_, i) => option(`${i}`))) }],
      },
    ],
    ['an option twice', { blocks: [{ ...section(), accessory: select([option('a'), option('a')]) }] }],
    [
      'a choice that is none',
      { blocks: [{ ...section(), accessory: select([option('a')], { initial_option: option('b') }) }] },
    ],
    ['an input', { blocks: [{ type: 'input', label: plain('x'), element: { type: 'datetimepicker' } }] }],
    ['an empty rich text', { blocks: [rich()] }],
    ['an empty line', { blocks: [rich({ type: 'rich_text_section', elements: [] })] }],
    ['an unknown part', { blocks: [rich({ type: 'paragraph', elements: [{ type: 'text', text: 'x' }] })] }],
    [
      'an empty text',
      { blocks: [rich({ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] })] },
    ],
    [
      'half a second',
      { blocks: [rich({ type: 'rich_text_section', elements: [{ type: 'date', timestamp: 1.5 }] })] },
    ],
    ['101 rows', { blocks: [{ type: 'table', rows: times(101, [cell('x')]) }] }],
    ['21 columns', { blocks: [{ type: 'table', rows: [times(21, cell('x'))] }] }],
    ['an empty cell', { blocks: [{ type: 'table', rows: [[cell('')]] }] }],
    ['two tables', { blocks: times(2, { type: 'table', rows: [[cell('x')]] }) }],
    ['half a character', { blocks: [section('x\ud83d')] }],
  ])('%s', (_what, change) => {
    expect(violationsOf({ text: 'x', ...change })).not.toEqual([]);
  });

  it.each<[string, object]>([
    ['101 blocks', { blocks: times(101, section()) }],
    ['a long title', { title: plain('x'.repeat(25)) }],
    ['long metadata', { private_metadata: 'x'.repeat(3_001) }],
    ['a table', { blocks: [{ type: 'table', rows: [[cell('x')]] }] }],
    [
      'an input that nobody can submit',
      { blocks: [{ type: 'input', label: plain('x'), element: { type: 'datetimepicker' } }] },
    ],
    ['another kind', { type: 'workflow_step' }],
    ['too much text', { blocks: times(30, section('x'.repeat(3_000))) }],
  ])('in a view: %s', (_what, change) => {
    const view = { type: 'modal', title: plain('x'), blocks: [section()] };
    expect(violationsOf(view)).toEqual([]);
    expect(violationsOf({ ...view, ...change })).not.toEqual([]);
  });
});
