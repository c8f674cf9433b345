import { problemText } from '../../../../practice/slack/blocks/problem.ts';
import { validateBlocks } from '../../../../practice/slack/blocks/validation.ts';

// Blocks of which one measure can be chosen.
export const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
export const markdown = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
export const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_none, at) => make(at));
export const option = (at: number) => ({ text: plain(1), value: `v${at}` });
export const address = (length: number) => `https://a.example/${'x'.repeat(length - 18)}`;

export const button = (more: object) => ({ type: 'button', text: plain(1), ...more });
export const actions = (...elements: unknown[]) => [{ type: 'actions', elements }];
export const asked = (element: unknown, more: object = {}) => [
  { type: 'input', label: plain(1), element, ...more },
];
export const typed = (more: object) => asked({ type: 'plain_text_input', ...more });
export const confirm = (more: object) => actions(button({ confirm: { text: plain(1), ...more } }));
export const image = (more: object) => [{ type: 'image', alt_text: 'x', image_url: address(30), ...more }];
export const select = (more: object) => actions({ type: 'static_select', options: [option(0)], ...more });
export const modal = (more: object) => ({ type: 'modal', title: plain(1), blocks: [], ...more });
export const cells = (rows: number, columns: number) => [
  { type: 'table', rows: many(rows, () => many(columns, () => ({ type: 'raw_text', text: 'x' }))) },
];

/** What is limited, the limit, blocks that have `n` of it, and where the pointer of the refusal leads. */
export type Row = readonly [what: string, limit: number, blocks: (n: number) => unknown, pointer: string];

/** What is refused about the blocks of a message, in Slack's words. */
export const said = (blocks: unknown) => validateBlocks('message', blocks).map(problemText);
