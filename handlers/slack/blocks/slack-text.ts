import { safeText } from '../../../src/report/safe-text.ts';
import { clamp } from './slack-limits.ts';

/**
 * Text that Slack may read as mrkdwn. It can only be made by `own`, which makes everything inert that is put
 * into it, so that a server's text cannot get there by accident.
 */
export class Mrkdwn {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Our own words as mrkdwn. What is put in is made inert, unless it is mrkdwn of our own. */
export function own(words: TemplateStringsArray, ...values: readonly (string | number | Mrkdwn)[]): Mrkdwn {
  const texts = values.map(value => (value instanceof Mrkdwn ? value.text : inert(String(value))));
  return new Mrkdwn(words.map((word, index) => word + (texts[index] ?? '')).join(''));
}

/** Joins what is there; empty pieces leave no separator behind. */
export function joined(pieces: readonly Mrkdwn[], separator: string): Mrkdwn {
  return new Mrkdwn(
    pieces
      .map(piece => piece.text)
      .filter(text => text !== '')
      .join(separator),
  );
}

/** Text of a server or a person for plain_text and rich_text, where Slack reads nothing into it. */
export function shown(text: string, most: number): string {
  return clamp(safeText(text, most), most);
}

/** Never empty, for Slack refuses empty texts. */
export function filled(text: string): string {
  return text.trim() === '' ? '(empty)' : text;
}

/** Letters that look the same and mean nothing to Slack. */
const HARMLESS: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Invisible; keeps an address from becoming a link and a name from becoming a mention. */
const BREAK = '\u200b';

/**
 * Text of a server or a person where Slack reads mrkdwn (a message's fallback text): no mention, link, format,
 * fence, quote or emoji can come of it.
 *
 * Escapes as https://docs.slack.dev/messaging/formatting-message-text says; the rest is broken up because
 * Slack has no way to escape it.
 */
export function inert(text: string, most = 1_000): string {
  const harmless = shown(text, most)
    .replace(/[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, sign => HARMLESS[sign] ?? sign)
    .replace(/[&<>]/g, sign => ENTITIES[sign] ?? sign)
    // Mentions, channels, addresses, domains, and the colon before an emoji's name (`:11:` is of a clock).
    .replace(/[@#]|:(?=\/|(?!\d\d:)[\w+'-]{1,100}:)/g, sign => sign + BREAK)
    .replace(/\.(?=\p{L})/gu, `${BREAK}.`);
  // At the beginning of a line even an escaped > makes a quote.
  return harmless.startsWith('&gt;') ? BREAK + harmless : harmless;
}

/** A message's fallback text: cut, but not through an escaped sign. */
export function fallbackOf(text: Mrkdwn, most = 3_000): string {
  return clamp(text.text, most).replace(/&[a-z]{0,3}…$/, '…');
}

const PERSON = /^[UW][A-Z0-9]{2,30}$/;

/** True for an id that Slack gives to people. */
function isPersonId(user: string): boolean {
  return PERSON.test(user);
}

/** `<@U…>`; a mention is made of nothing but an id of Slack's. */
export function mention(user: string): Mrkdwn {
  return isPersonId(user) ? new Mrkdwn(`<@${user}>`) : new Mrkdwn('somebody');
}

const GROUP = /^S[A-Z0-9]{2,30}$/;

/** `<!subteam^S…>`: pings the members of a user group; undefined for what is no id of one. */
export function groupMention(group: string): Mrkdwn | undefined {
  return GROUP.test(group) ? new Mrkdwn(`<!subteam^${group}>`) : undefined;
}

/** A person or a user group; nothing else is mentioned. */
export function mentionAny(id: string): Mrkdwn {
  return groupMention(id) ?? mention(id);
}

/** Slack's tokens for times in the reader's zone: date-element.md and formatting-message-text of its docs. */
export const TIME_FORMAT = {
  minute: '{time}',
  second: '{time_secs}',
  dayMinute: '{date_short_pretty}, {time}',
  daySecond: '{date_short_pretty}, {time_secs}',
} as const;
export type TimeFormat = (typeof TIME_FORMAT)[keyof typeof TIME_FORMAT];

/** An instant in the reader's zone, as mrkdwn; `fallback` is shown where Slack cannot. */
export function readersTime(atMs: number, format: TimeFormat, fallback: string): Mrkdwn {
  return new Mrkdwn(`<!date^${Math.floor(atMs / 1000)}^${format}|${inert(fallback)}>`);
}
