import { problemText } from '../../../../practice/slack/blocks/problem.ts';
import { validateBlocks } from '../../../../practice/slack/blocks/validation.ts';

// The smallest good one of each kind, for tests to build on.
export const plain = { type: 'plain_text', text: 'words' };
export const markdown = { type: 'mrkdwn', text: '*words*', verbatim: true };
export const option = { text: plain, value: 'one' };
export const other = { text: plain, value: 'two' };
export const button = { type: 'button', text: plain, action_id: 'go' };
export const picture = { type: 'image', alt_text: 'x', image_url: 'https://a.example/x.png' };
export const select = { type: 'static_select', options: [option] };
export const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
export const rich = (...elements: unknown[]) => ({ type: 'rich_text', elements });
export const rows = [[{ type: 'raw_text', text: 'a' }, rich(section({ type: 'text', text: 'b' }))]];

/** What is refused about the blocks of a message, in Slack's words. */
export const refused = (blocks: unknown) => validateBlocks('message', blocks).map(problemText);
