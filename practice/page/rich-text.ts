import { type Child, type Drawn, draw } from './drawing.ts';
import { number, record, records, type Sent, string } from './fields.ts';
import {
  drawBroadcast,
  drawChannel,
  drawDate,
  drawEmoji,
  drawLink,
  drawStyled,
  drawUser,
  drawUserGroup,
} from './inline-text.ts';
import type { Style } from './mrkdwn.ts';
import { drawProblem } from './problem.ts';
import type { Scene } from './scene.ts';

const STYLES: readonly Style[] = ['bold', 'italic', 'strike', 'code'];
/** Slack indents lists up to eight steps deep. */
const DEEPEST = 8;

/** The block `rich_text`: its texts are letters, whatever they look like. */
export function drawRichText(block: Sent, scene: Scene): Drawn {
  return draw(
    'div',
    { class: 'rich-text' },
    records(block.elements).map(part => drawPart(part, scene)),
  );
}

function drawPart(part: Sent, scene: Scene): Child {
  const inside = () => records(part.elements).map(element => drawElement(element, scene));
  switch (part.type) {
    case 'rich_text_section':
      return draw('div', { class: 'rich-text-section' }, inside());
    case 'rich_text_quote':
      return draw('blockquote', {}, inside());
    case 'rich_text_preformatted':
      return draw('pre', {}, inside());
    case 'rich_text_list':
      return drawList(part, scene);
    default:
      return drawProblem(`unknown part of rich_text: ${String(part.type)}`);
  }
}

function drawList(part: Sent, scene: Scene): Drawn {
  const indent = Math.min(Math.max(number(part.indent) ?? 0, 0), DEEPEST);
  const isOrdered = part.style === 'ordered';
  const offset = number(part.offset) ?? 0;
  return draw(
    isOrdered ? 'ol' : 'ul',
    {
      class: `indent-${indent}`,
      start: isOrdered && offset > 0 ? String(offset + 1) : undefined,
    },
    records(part.elements).map(item => draw('li', {}, drawPart(item, scene))),
  );
}

function drawElement(element: Sent, scene: Scene): Child {
  const style = record(element.style) ?? {};
  const styles = STYLES.filter(name => style[name] === true);
  return drawStyled(styles, drawBareElement(element, scene));
}

function drawBareElement(element: Sent, scene: Scene): Child {
  const text = string(element.text);
  const of = (field: string) => string(element[field]) ?? '';
  switch (element.type) {
    case 'text':
      return text ?? drawProblem('rich_text: a text without text');
    case 'link':
      return drawLink(of('url'), text ?? of('url'));
    case 'emoji':
      return drawEmoji(of('name'), string(element.unicode));
    case 'user':
      return drawUser(of('user_id'), undefined, scene);
    case 'channel':
      return drawChannel(of('channel_id'), undefined, scene);
    case 'usergroup':
      return drawUserGroup(of('usergroup_id'));
    case 'broadcast':
      return drawBroadcast(of('range'));
    case 'date': {
      const atMs = (number(element.timestamp) ?? Number.NaN) * 1000;
      return drawDate(atMs, of('format'), of('fallback'), string(element.url), scene);
    }
    default:
      return drawProblem(`unknown element of rich_text: ${String(element.type)}`);
  }
}
