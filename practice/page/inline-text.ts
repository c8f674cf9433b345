import { dateText } from './date-text.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { emojiCharacter, splitAtEmoji } from './emoji.ts';
import { plainText, record, string } from './fields.ts';
import { type Mrkdwn, parseMrkdwn, type Style } from './mrkdwn.ts';
import type { Scene } from './scene.ts';

const STYLE_TAGS: Readonly<Record<Style, string>> = {
  bold: 'strong',
  italic: 'em',
  strike: 's',
  code: 'code',
};

export function drawStyled(styles: readonly Style[], inside: Child): Child {
  return styles.reduceRight<Child>((inner, style) => draw(STYLE_TAGS[style], {}, inner), inside);
}

/** `:white_check_mark:` becomes the character, spoken by its name. */
function drawEmojiIn(text: string): Child {
  return splitAtEmoji(text).map((part, index) => (index % 2 === 0 ? part : drawEmoji(part)));
}

export function drawEmoji(name: string, unicode?: string): Child {
  const character = emojiCharacter(name, unicode);
  if (character === undefined) return `:${name}:`;
  return draw('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' ') }, character);
}

/** A link only where a browser may go from here; anything else is shown as text. */
export function drawLink(url: string, label: Child): Child {
  const isSafe = /^(https?:\/\/|mailto:)/i.test(url) && URL.canParse(url);
  if (!isSafe) return label;
  return draw('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label);
}

export function drawUser(id: string, label: string | undefined, scene: Scene): Drawn {
  const kind = id === scene.me ? 'mention mention-me' : 'mention';
  return draw('span', { class: kind }, `@${scene.userName(id) ?? label ?? id}`);
}

export function drawChannel(id: string, label: string | undefined, scene: Scene): Drawn {
  return draw('span', { class: 'mention' }, `#${scene.channelName(id) ?? label ?? id}`);
}

export function drawUserGroup(id: string, label?: string): Drawn {
  return draw('span', { class: 'mention' }, `@${label?.replace(/^@/, '') ?? id}`);
}

/** `@here`, `@channel`, `@everyone`: it would have pinged people. */
export function drawBroadcast(range: string): Drawn {
  return draw('span', { class: 'mention mention-all' }, `@${range}`);
}

export function drawDate(
  atMs: number,
  format: string,
  fallback: string,
  url: string | undefined,
  scene: Scene,
): Child {
  const text = dateText(atMs, format, scene.reader);
  if (text === undefined) return fallback;
  const spoken = dateText(atMs, '{date_num} {time_secs}', scene.reader);
  const time = draw('time', { datetime: new Date(atMs).toISOString(), title: spoken }, text);
  return url === undefined ? time : drawLink(url, time);
}

export function drawMrkdwn(source: string, scene: Scene): Child {
  return parseMrkdwn(source).map(node => drawNode(node, scene));
}

function drawNode(node: Mrkdwn, scene: Scene): Child {
  switch (node.kind) {
    case 'text':
      return drawEmojiIn(node.text);
    case 'fence':
      return draw('pre', {}, node.text);
    case 'quote':
      return draw(
        'blockquote',
        {},
        node.inside.map(inner => drawNode(inner, scene)),
      );
    case 'link':
      return drawLink(node.url, drawEmojiIn(node.label));
    case 'user':
      return drawUser(node.id, node.label, scene);
    case 'channel':
      return drawChannel(node.id, node.label, scene);
    case 'usergroup':
      return drawUserGroup(node.id, node.label);
    case 'broadcast':
      return drawBroadcast(node.range);
    case 'date':
      return drawDate(node.atMs, node.format, node.fallback, node.url, scene);
    case 'code':
      return drawStyled(
        ['code'],
        node.inside.map(inner => (inner.kind === 'text' ? inner.text : '')).join(''),
      );
    default:
      return drawStyled(
        [node.kind],
        node.inside.map(inner => drawNode(inner, scene)),
      );
  }
}

/** The text of a `plain_text` object, with emoji by name unless the app switched them off. */
export function drawPlainText(value: unknown): Child {
  const text = plainText(value);
  return record(value)?.emoji === false ? text : drawEmojiIn(text);
}

/** A text object: `plain_text` or `mrkdwn`. `undefined` when it is neither. */
export function drawTextObject(value: unknown, scene: Scene): Child | undefined {
  const object = record(value);
  const text = string(object?.text);
  if (text === undefined) return undefined;
  if (object?.type === 'mrkdwn') return drawMrkdwn(text, scene);
  return object?.type === 'plain_text' ? drawPlainText(value) : undefined;
}
