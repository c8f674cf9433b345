import type { SnapshotMessage } from '../slack/page-protocol.ts';
import { drawBlocks } from './blocks.ts';
import { readerOf, stampMs } from './conversation.ts';
import { clockText, dateText } from './date-text.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { emojiCharacter } from './emoji.ts';
import { drawIcon } from './icons.ts';
import { drawMrkdwn } from './inline-text.ts';
import { drawMenu } from './menu.ts';
import type { Page } from './page-state.ts';
import { authorOf, drawAvatar } from './people.ts';
import type { Scene } from './scene.ts';
import { sceneOf } from './scene-on-page.ts';

/** How a message stands among the others. */
export interface Standing {
  readonly pane: 'channel' | 'thread';
  /** It goes on from the one above: no name, no face. */
  readonly goesOn: boolean;
  readonly replies: readonly SnapshotMessage[];
}

export function drawMessage(page: Page, message: SnapshotMessage, standing: Standing): Drawn {
  const { snapshot, state } = page;
  const place = { message: { channel: message.channel, ts: message.ts } };
  const scene = sceneOf(page, place, standing.pane);
  const author = authorOf(message.user, snapshot);
  const reader = readerOf(snapshot, state.nowMs);
  const atMs = stampMs(message.ts);
  const clock = clockText(atMs, reader);
  const time = draw(
    'time',
    {
      class: 'message-time',
      datetime: new Date(atMs).toISOString(),
      title: dateText(atMs, '{date_long} at {time_secs}', reader),
    },
    clock,
  );
  const look = ['message', standing.goesOn && 'goes-on', message.ephemeral && 'ephemeral'];
  return draw(
    'article',
    {
      class: look.filter(Boolean).join(' '),
      tabindex: '-1',
      'aria-label': `${author.name}, ${clock}${message.ephemeral ? ', only visible to you' : ''}`,
      'data-ts': message.ts,
    },
    [
      draw('div', { class: 'message-side' }, standing.goesOn ? time : drawAvatar(author)),
      draw('div', { class: 'message-body' }, [
        message.ephemeral &&
          draw('div', { class: 'ephemeral-mark' }, [drawIcon('lock'), 'Only visible to you']),
        !standing.goesOn &&
          draw('div', { class: 'message-head' }, [
            draw('span', { class: 'message-name' }, author.name),
            message.isApp && draw('span', { class: 'badge' }, 'APP'),
            time,
          ]),
        drawContent(message, scene),
        message.edited && draw('span', { class: 'edited' }, '(edited)'),
        drawFiles(message, scene),
        message.reactions.length > 0 && drawReactions(message),
        standing.pane === 'channel' && drawThreadSummary(page, message, standing.replies),
      ]),
      !message.ephemeral && drawToolbar(page, message, standing.pane),
    ],
  );
}

function drawContent(message: SnapshotMessage, scene: Scene): Child {
  if (message.blocks.length > 0) {
    return draw('div', { class: 'blocks' }, drawBlocks(message.blocks, scene));
  }
  return message.text !== '' && draw('div', { class: 'text' }, drawMrkdwn(message.text, scene));
}

function drawFiles({ files }: SnapshotMessage, scene: Scene): Child {
  return files.map(file => {
    const url = `/practice/files/${encodeURIComponent(file.id)}`;
    const title = file.title || file.name;
    if (!file.mimetype.startsWith('image/')) {
      return draw(
        'a',
        { class: 'file', href: url, download: file.name, rel: 'noopener' },
        [draw('span', { class: 'file-name' }, title), draw('span', { class: 'file-kind' }, file.mimetype)],
        { key: file.id },
      );
    }
    const altText = file.altText || title;
    return draw(
      'figure',
      { class: 'file-image' },
      [
        draw('figcaption', {}, title),
        draw(
          'button',
          { type: 'button', class: 'picture', 'aria-label': `Enlarge image: ${altText}` },
          draw('img', { src: url, alt: altText }),
          { on: { click: () => scene.openPicture({ url, title, altText }) } },
        ),
      ],
      { key: file.id },
    );
  });
}

function drawReactions({ reactions }: SnapshotMessage): Child {
  return draw(
    'div',
    { class: 'reactions' },
    reactions.map(({ name, count }) =>
      draw(
        'span',
        { class: 'reaction', title: `:${name}:` },
        `${emojiCharacter(name) ?? `:${name}:`} ${count}`,
        { key: name },
      ),
    ),
  );
}

function drawThreadSummary(page: Page, message: SnapshotMessage, replies: readonly SnapshotMessage[]): Child {
  const lasting = replies.filter(reply => !reply.ephemeral);
  const last = lasting.at(-1);
  if (!last) return undefined;
  const { snapshot, state } = page;
  const ago = dateText(stampMs(last.ts), '{ago}', readerOf(snapshot, state.nowMs)) ?? '';
  const authors = [...new Set(lasting.map(reply => reply.user))].slice(0, 4);
  const count = `${lasting.length} ${lasting.length === 1 ? 'reply' : 'replies'}`;
  return draw(
    'button',
    { type: 'button', class: 'thread-summary' },
    [
      ...authors.map(id => drawAvatar(authorOf(id, snapshot))),
      draw('span', { class: 'thread-count' }, count),
      ' ',
      draw('span', { class: 'thread-last' }, `Last reply ${ago}`),
    ],
    { on: { click: () => page.openThread({ channel: message.channel, ts: message.ts }) } },
  );
}

function drawToolbar(page: Page, message: SnapshotMessage, pane: 'channel' | 'thread'): Child {
  const { channel, ts } = message;
  const shortcuts = page.snapshot.app.shortcuts.filter(shortcut => shortcut.type === 'message');
  const reply = draw(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Reply in thread', title: 'Reply in thread' },
    drawIcon('reply'),
    { on: { click: () => page.openThread({ channel, ts: message.threadTs ?? ts }) } },
  );
  const menu = drawMenu(
    {
      id: `${pane} ${channel} ${ts} actions`,
      label: 'More actions',
      kind: 'menu',
      look: 'icon-button',
      items: [
        ...shortcuts.map(shortcut => ({
          key: shortcut.callbackId,
          label: shortcut.name,
          note: shortcut.description,
          group: page.snapshot.app.name,
          pick: () =>
            void page.act({ kind: 'message-shortcut', callbackId: shortcut.callbackId, channel, ts }),
        })),
        {
          key: 'pushpin',
          label: 'React with 📌',
          note: 'Pins the message for whoever reads later',
          group: 'Reactions',
          pick: () => void page.act({ kind: 'react', name: 'pushpin', channel, ts }),
        },
      ],
    },
    drawIcon('more'),
    page,
  );
  return draw('div', { class: 'message-tools' }, [pane === 'channel' && reply, shortcuts.length > 0 && menu]);
}
