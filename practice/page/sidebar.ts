import type { PracticeChannel } from '../slack/workspace.ts';
import { appMessages, channelTitle, rootsOf } from './conversation.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { drawIcon } from './icons.ts';
import { drawMenu } from './menu.ts';
import type { Page } from './page-state.ts';
import { authorOf, drawAvatar, kindText, peopleOf } from './people.ts';

export function drawSidebar(page: Page): Drawn {
  const { snapshot } = page;
  const isDirect = ({ kind }: PracticeChannel) => kind === 'direct-message' || kind === 'group-message';
  const channels = snapshot.channels.filter(channel => !isDirect(channel));
  const ofApp = appMessages(snapshot);
  const direct = snapshot.channels.filter(channel => isDirect(channel) && channel !== ofApp);
  return draw(
    'nav',
    { class: 'sidebar', 'aria-label': 'Workspace', 'data-pane': 'sidebar', tabindex: '-1' },
    [
      draw('div', { class: 'team' }, snapshot.team.name),
      drawActingAs(page),
      draw('div', { class: 'sidebar-scroll' }, [
        drawGroup(
          'Channels',
          channels.map(channel => drawChannel(page, channel)),
        ),
        direct.length > 0 &&
          drawGroup(
            'Direct messages',
            direct.map(channel => drawChannel(page, channel)),
          ),
        drawGroup('Apps', [drawApp(page)]),
        drawGroup(
          'People',
          peopleOf(snapshot).map(user => drawPerson(page, user.id)),
        ),
      ]),
    ],
  );
}

function drawGroup(title: string, items: readonly Drawn[]): Drawn {
  const id = `group-${title.toLowerCase().replaceAll(' ', '-')}`;
  return draw('section', { 'aria-labelledby': id }, [
    draw('h2', { id }, title),
    draw(
      'ul',
      {},
      items.map(item => draw('li', {}, item, item.key === undefined ? {} : { key: item.key })),
    ),
  ]);
}

/** Who one is, what this person may do, and the way to be somebody else. */
function drawActingAs(page: Page): Drawn {
  const { snapshot } = page;
  const me = snapshot.users.find(user => user.id === snapshot.me);
  const author = authorOf(snapshot.me, snapshot);
  const items = peopleOf(snapshot).map(user => ({
    key: user.id,
    label: [user.realName, kindText(user)].filter(Boolean).join(' · '),
    ...(user.note !== undefined && { note: user.note }),
    chosen: user.id === snapshot.me,
    disabled: user.kind === 'deactivated',
    pick: () => page.actAs(user.id),
  }));
  return draw('div', { class: 'acting' }, [
    drawMenu(
      {
        id: 'acting',
        label: `Act as: ${author.name}`,
        kind: 'listbox',
        look: 'acting-button',
        items,
        describedBy: 'acting-note',
      },
      [
        drawAvatar(author),
        draw('span', { class: 'acting-words' }, [
          draw('span', { class: 'acting-hint' }, 'Act as'),
          draw('span', { class: 'acting-name' }, author.name),
        ]),
        drawIcon('chevron'),
      ],
      page,
    ),
    draw('p', { class: 'acting-note', id: 'acting-note' }, me?.note ?? ''),
  ]);
}

function drawChannel(page: Page, channel: PracticeChannel): Drawn {
  const { state, snapshot } = page;
  const isHere = state.place !== 'home' && state.place?.channel === channel.id;
  const unread = isHere ? 0 : unreadIn(page, channel.id);
  const title = channelTitle(channel, snapshot);
  const spoken = [title, KINDS[channel.kind], unread > 0 && `${unread} unread`].filter(Boolean).join(', ');
  return draw(
    'button',
    {
      type: 'button',
      class: unread > 0 ? 'sidebar-item unread' : 'sidebar-item',
      'aria-current': isHere && 'page',
      'aria-label': spoken,
      'data-channel': channel.name,
    },
    [
      drawIcon(ICONS[channel.kind]),
      draw('span', { class: 'sidebar-name' }, title.replace(/^#/, '')),
      unread > 0 && draw('span', { class: 'count' }, String(unread)),
    ],
    { key: channel.id, on: { click: () => page.open({ channel: channel.id }) } },
  );
}

const ICONS = {
  channel: 'hash',
  'private-channel': 'lock',
  'shared-channel': 'shared',
  'direct-message': 'person',
  'group-message': 'person',
} as const;
const KINDS = {
  channel: '',
  'private-channel': 'private',
  'shared-channel': 'shared with another company',
  'direct-message': '',
  'group-message': '',
} as const;

export function readKey(page: Page, channel: string): string {
  return `${page.snapshot.me} ${channel}`;
}

/** Messages of others that came after the channel was last open. */
export function unreadIn(page: Page, channel: string): number {
  const readUpTo = page.state.readUpTo.get(readKey(page, channel));
  if (readUpTo === undefined) return 0;
  return rootsOf(page.snapshot, channel).filter(m => m.user !== page.snapshot.me && m.ts > readUpTo).length;
}

/** The app with its Home and its messages; it opens where there is something new. */
function drawApp(page: Page): Drawn {
  const { state, snapshot } = page;
  const { app } = snapshot;
  const messages = appMessages(snapshot);
  const isRead = state.place !== 'home' && messages !== undefined && state.place?.channel === messages.id;
  const isHere = state.place === 'home' || isRead;
  const unread = isRead || messages === undefined ? 0 : unreadIn(page, messages.id);
  const spoken = [app.name, 'app home', unread > 0 && `${unread} unread`].filter(Boolean).join(', ');
  return draw(
    'button',
    {
      type: 'button',
      class: unread > 0 ? 'sidebar-item unread' : 'sidebar-item',
      'aria-current': isHere && 'page',
      'aria-label': spoken,
    },
    [
      drawAvatar(authorOf(app.botUserId, snapshot)),
      draw('span', { class: 'sidebar-name' }, app.name),
      draw('span', { class: 'badge' }, 'APP'),
      unread > 0 && draw('span', { class: 'count' }, String(unread)),
    ],
    {
      key: 'app',
      on: { click: () => page.open(messages && unread > 0 ? { channel: messages.id } : 'home') },
    },
  );
}

function drawPerson(page: Page, id: string): Drawn {
  const { snapshot } = page;
  const user = snapshot.users.find(one => one.id === id);
  const isMe = id === snapshot.me;
  const kind = user === undefined ? '' : kindText(user);
  const children: Child = [
    drawAvatar(authorOf(id, snapshot)),
    draw('span', { class: 'sidebar-name' }, user?.realName ?? id),
    isMe ? draw('span', { class: 'you' }, 'you') : kind !== '' && draw('span', { class: 'you' }, kind),
  ];
  return draw(
    'button',
    {
      type: 'button',
      class: 'sidebar-item',
      title: user?.note,
      'aria-label': `Act as ${user?.realName ?? id}${user?.note === undefined ? '' : `: ${user.note}`}`,
      'aria-pressed': String(isMe),
      'aria-disabled': user?.kind === 'deactivated' && 'true',
    },
    children,
    { key: id, on: { click: () => user?.kind !== 'deactivated' && page.actAs(id) } },
  );
}
