import type { Sent } from '../../../../handlers/slack/blocks/slack-violations.ts';

/** What a message can do that was not meant: found by walking everything that is sent. */
export interface Meant {
  /** People who may be mentioned. */
  readonly people: readonly string[];
  /** Channels that may be linked to. */
  readonly channels?: readonly string[];
  /** Stands in every text of a server, whole: it must not be in mrkdwn at all. */
  readonly mark?: string;
}

const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const OUR_TOKEN =
  /<@([UW][A-Z0-9]+)>|<!date\^\d+\^[{}a-z_, ]+\|[^<>|]*>|^\*(?:Also seen|Or else|Ruled out)\*$/g;
const LEAVES = ['text', 'date', 'user', 'channel'];

/** Everything in a message or view that could mention, link, format, hide or press by itself. */
export function harmIn(sent: Sent, { people, channels = [], mark }: Meant): string[] {
  const harm: string[] = [];
  const text = 'type' in sent ? '' : (sent as { text: string }).text;
  harm.push(...harmInMrkdwn(text, 'text', []));
  const walk = (value: unknown, key: string, inRich: boolean): void => {
    if (typeof value === 'string' && CONTROL.test(value.replaceAll('\n', ''))) harm.push(`${key}: control`);
    if (typeof value === 'string' && !value.isWellFormed()) harm.push(`${key}: half a character`);
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, key, inRich);
      return;
    }
    const fields = value as Record<string, unknown>;
    const type = String(fields.type);
    if (type === 'mrkdwn') harm.push(...harmInMrkdwn(String(fields.text), 'mrkdwn', people));
    if (type === 'mrkdwn' && mark !== undefined && String(fields.text).includes(mark))
      harm.push('a server’s text in mrkdwn');
    if (type === 'plain_text' && fields.emoji !== false) harm.push('emoji by name in plain text');
    if (type === 'user' && !people.includes(String(fields.user_id))) harm.push(`mentions ${fields.user_id}`);
    if (fields.channel_id !== undefined && !channels.includes(String(fields.channel_id)))
      harm.push(`links to ${fields.channel_id}`);
    if (inRich && 'type' in fields && !type.startsWith('rich_text') && !LEAVES.includes(type))
      harm.push(`a ${type} element`);
    for (const forbidden of ['url', 'image_url', 'confirm', 'link', 'range', 'usergroup_id'])
      if (fields[forbidden] !== undefined) harm.push(`a field ${forbidden}`);
    if (type === 'button' && !/^[\w.,:; -]*$/.test(String(fields.value ?? '')))
      harm.push(`a value ${fields.value}`);
    for (const [name, field] of Object.entries(fields)) walk(field, name, inRich || type === 'rich_text');
  };
  walk('type' in sent ? sent : (sent as { blocks: unknown }).blocks, 'blocks', false);
  if (JSON.stringify(JSON.parse(JSON.stringify(sent))) !== JSON.stringify(sent)) harm.push('not plain JSON');
  return harm;
}

/** What Slack would read into mrkdwn apart from our own mentions of `people` and our own times. */
export function harmInMrkdwn(text: string, where: string, people: readonly string[]): string[] {
  const harm: string[] = [];
  const rest = text.replace(OUR_TOKEN, (_token, person?: string) => {
    if (person !== undefined && !people.includes(person)) harm.push(`${where}: mentions ${person}`);
    return '';
  });
  const look = (pattern: RegExp, what: string) => {
    const found = pattern.exec(rest);
    if (found) harm.push(`${where}: ${what} in ${JSON.stringify(rest.slice(found.index, found.index + 30))}`);
  };
  look(/[<>]/, 'an unescaped bracket');
  look(/&(?!(?:amp|lt|gt);)/, 'an unescaped ampersand');
  look(/[*~`]/, 'a format');
  look(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/, 'an italic');
  look(/[@#](?!\u200b)/, 'a mention by name');
  look(/:\//, 'a link');
  look(/[\p{L}\p{N}]\.\p{L}/u, 'a domain');
  look(/:(?!\d\d:)[\w+'-]{1,100}:/, 'an emoji');
  look(/(?:^|\n)&gt;/, 'a quote');
  return harm;
}
