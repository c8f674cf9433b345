import type { SlackLimit } from './slack-limits.ts';

/** What is read from outside: any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;
/** Says that something is wrong at a place: a JSON pointer and what. */
export type Report = (pointer: string, problem: string) => void;

/** A plain_text object that is there, not empty and short enough. */
export function plainText(text: unknown, limit: SlackLimit, at: string, report: Report): void {
  const fields = fieldsOf(text);
  if (fields.type !== 'plain_text') report(at, `not plain_text: ${String(fields.type)}`);
  else textProblems(fields, limit, at, report);
}

/** A text that is not empty and short enough. */
export function textProblems({ text }: Fields, limit: SlackLimit, at: string, report: Report): void {
  if (typeof text !== 'string' || text.trim() === '') report(at, 'empty');
  atMost(text, limit, at, report);
}

/** A text no longer than Slack takes. */
export function atMost(text: unknown, { most }: SlackLimit, at: string, report: Report): void {
  if (typeof text !== 'string') report(at, 'no text');
  else if (text.length > most) report(at, `${text.length} characters, ${most} at most`);
}

/** A list that is not empty and no longer than Slack takes. */
export function count(list: unknown, { most }: SlackLimit, at: string, report: Report): void {
  const { length } = Array.isArray(list) ? list : [];
  if (length === 0) report(at, 'empty');
  if (length > most) report(at, `${length} items, ${most} at most`);
}

/** Looks at a field only when it is there. */
export function optional(value: unknown, look: (value: unknown) => void): void {
  if (value !== undefined) look(value);
}

/** Looks at every item of a list. */
export function each(list: unknown, at: string, look: (item: Fields, at: string) => void): void {
  listOf(list).forEach((item, index) => {
    look(item, `${at}/${index}`);
  });
}

/** The items of a list, each as its fields; none for anything else. */
export function listOf(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

/** The fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
