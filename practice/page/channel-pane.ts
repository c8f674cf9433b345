import type { PracticeChannel } from '../slack/workspace.ts';
import { drawBlocks } from './blocks.ts';
import { type Composing, drawComposer, write } from './composer.ts';
import { appMessages, channelTitle, repliesOf, rootsOf } from './conversation.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { drawIcon } from './icons.ts';
import { drawMessageList } from './message-list.ts';
import type { Page } from './page-state.ts';
import { authorOf, drawAvatar } from './people.ts';
import { sceneOf } from './scene-on-page.ts';
import { unreadIn } from './sidebar.ts';

export function drawChannelPane(page: Page, channel: PracticeChannel): Drawn {
  const title = channelTitle(channel, page.snapshot);
  const composing: Composing = { channel: channel.id, label: `Message ${title}` };
  const messages = rootsOf(page.snapshot, channel.id);
  const { app } = page.snapshot;
  const isOfApp = appMessages(page.snapshot) === channel;
  const head = isOfApp
    ? drawAppHead(page, 'messages')
    : draw('header', { class: 'pane-head' }, [
        draw('h1', {}, title),
        draw('p', { class: 'topic', title: channel.topic }, channel.topic),
        channel.kind === 'shared-channel' && draw('span', { class: 'pill' }, 'shared with another company'),
        !channel.botIsMember && draw('span', { class: 'pill' }, `${app.name} is not in this channel`),
        draw('span', { class: 'members' }, `${channel.members.length} members`),
      ]);
  return draw('main', { class: 'main', 'aria-label': title, 'data-pane': 'main', tabindex: '-1' }, [
    head,
    drawMessageList(page, 'channel', `${page.snapshot.me} ${channel.id}`, messages, `Messages in ${title}`, {
      empty: drawHints(page, channel, composing),
    }),
    drawWriting(page, channel, composing),
  ]);
}

/** In an empty channel: what one may type; examples of the channel, else from the commands of the app. */
function drawHints(page: Page, channel: PracticeChannel, composing: Composing): Drawn {
  const { app } = page.snapshot;
  return draw('section', { class: 'hints', 'aria-label': 'What to type' }, [
    draw('h2', {}, `This is the beginning of ${channelTitle(channel, page.snapshot)}`),
    draw(
      'p',
      {},
      channel.botIsMember
        ? `Nothing was said here yet. Press one of these and then Enter, or type into the field below:`
        : `${app.name} is not in this channel, so it cannot post here. See what it says to:`,
    ),
    draw('ul', {}, [
      ...(channel.examples ?? []).map(({ text, note }) =>
        draw(
          'li',
          {},
          [
            draw('button', { type: 'button', class: 'try' }, text, {
              on: { click: () => write(page, composing, text) },
            }),
            draw('span', { class: 'try-note' }, note),
          ],
          { key: text },
        ),
      ),
      ...(channel.examples ? [] : app.commands).map(command =>
        draw(
          'li',
          {},
          [
            draw('button', { type: 'button', class: 'try' }, command.command, {
              on: { click: () => write(page, composing, `${command.command} `) },
            }),
            command.usageHint !== '' && draw('code', { class: 'try-hint' }, command.usageHint),
            draw('span', { class: 'try-note' }, command.description),
          ],
          { key: command.command },
        ),
      ),
      draw('li', {}, [
        draw('button', { type: 'button', class: 'try' }, `@${app.botName}`, {
          on: { click: () => write(page, composing, `@${app.botName} `) },
        }),
        draw('span', { class: 'try-note' }, 'mentions the app, which works in threads too'),
      ]),
    ]),
  ]);
}

/** The pane beside the channel, with one message and its replies. */
export function drawThreadPane(page: Page): Drawn | undefined {
  const { thread } = page.state;
  if (!thread) return undefined;
  const { snapshot } = page;
  const channel = snapshot.channels.find(one => one.id === thread.channel);
  const root = rootsOf(snapshot, thread.channel).filter(message => message.ts === thread.ts);
  const messages = [...root, ...repliesOf(snapshot, thread.channel, thread.ts)];
  if (!channel || messages.length === 0) return undefined;
  const title = channelTitle(channel, snapshot);
  const composing: Composing = {
    channel: channel.id,
    threadTs: thread.ts,
    label: `Reply in thread of ${title}`,
  };
  return draw(
    'aside',
    { class: 'thread', 'aria-label': `Thread in ${title}`, 'data-pane': 'thread', tabindex: '-1' },
    [
      draw('header', { class: 'pane-head' }, [
        draw('h2', {}, 'Thread'),
        draw('p', { class: 'topic' }, title),
        draw(
          'button',
          { type: 'button', class: 'icon-button', 'aria-label': 'Close thread' },
          drawIcon('close'),
          { on: { click: () => page.openThread(undefined) } },
        ),
      ]),
      drawMessageList(
        page,
        'thread',
        `${snapshot.me} ${thread.channel} ${thread.ts}`,
        messages,
        'Thread',
        {},
      ),
      drawWriting(page, channel, composing),
    ],
  );
}

/** The composer, except where the manifest lets nobody write to the app. */
function drawWriting(page: Page, channel: PracticeChannel, composing: Composing): Drawn {
  const { app } = page.snapshot;
  const isClosed = app.messagesTab !== 'open' && appMessages(page.snapshot) === channel;
  return isClosed
    ? draw('p', { class: 'composer-closed' }, `Nobody can write to ${app.name} here: its manifest says so.`)
    : drawComposer(page, composing);
}

/** The app's name above its two tabs. */
function drawAppHead(page: Page, here: 'home' | 'messages'): Drawn {
  const { snapshot } = page;
  const { app } = snapshot;
  const messages = appMessages(snapshot);
  const unread = messages && here === 'home' ? unreadIn(page, messages.id) : 0;
  const tab = (name: 'home' | 'messages', label: Child, open: () => void) =>
    draw('button', { type: 'button', class: 'tab', 'aria-current': name === here && 'page' }, label, {
      key: name,
      on: { click: open },
    });
  return draw('header', { class: 'pane-head' }, [
    drawAvatar(authorOf(app.botUserId, snapshot)),
    draw('h1', {}, app.name),
    draw('span', { class: 'badge' }, 'APP'),
    tab('home', 'Home', () => page.open('home')),
    messages &&
      tab('messages', ['Messages ', unread > 0 && draw('span', { class: 'count' }, `${unread} new`)], () =>
        page.open({ channel: messages.id }),
      ),
  ]);
}

/** What the app published for this person. */
export function drawHomePane(page: Page): Drawn {
  const { app, home } = page.snapshot;
  const content = home
    ? draw(
        'div',
        { class: 'blocks home-blocks' },
        drawBlocks(home.view.blocks, sceneOf(page, { view: home.id }, 'view')),
        { key: home.id },
      )
    : draw(
        'p',
        { class: 'home-empty' },
        app.homeTab
          ? `${app.name} has not published a Home for you yet.`
          : `${app.name} has no Home: its manifest does not declare one.`,
      );
  return draw(
    'main',
    { class: 'main', 'aria-label': `${app.name} Home`, 'data-pane': 'main', tabindex: '-1' },
    [drawAppHead(page, 'home'), draw('div', { class: 'home-scroll' }, content)],
  );
}
