import { refusal } from './answer.ts';
import { countOf, given, textOf } from './arguments.ts';
import type { MethodAnswer, MethodCall } from './method.ts';

/** docs.slack.dev/apis/web-api/pagination: at most so many of a list at once. */
const LARGEST_PAGE = 1_000;

/** One page of a list under its name, with the cursor of the next one; empty on the last. */
export function page(args: MethodCall['args'], name: string, list: readonly unknown[]): MethodAnswer {
  const limit = given(args, 'limit') ? countOf(args, 'limit') : LARGEST_PAGE;
  if (limit === undefined || limit > LARGEST_PAGE) return refusal('invalid_limit');
  const cursor = textOf(args, 'cursor');
  const start =
    cursor === undefined ? 0 : Number(/^from:(\d{1,9})$/.exec(decoded(cursor))?.[1] ?? Number.NaN);
  if (Number.isNaN(start) || (start > 0 && start >= list.length)) return refusal('invalid_cursor');
  // 0 is Slack's word for "as you like".
  const end = start + (limit === 0 ? LARGEST_PAGE : limit);
  const next = end < list.length ? Buffer.from(`from:${end}`).toString('base64') : '';
  return { ok: true, [name]: list.slice(start, end), response_metadata: { next_cursor: next } };
}

const decoded = (cursor: string) => Buffer.from(cursor, 'base64').toString('utf8');
