import { drawChannelPane, drawHomePane, drawThreadPane } from './channel-pane.ts';
import { readerOf } from './conversation.ts';
import { clockText } from './date-text.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { drawIcon } from './icons.ts';
import { drawTextObject } from './inline-text.ts';
import { drawMenu } from './menu.ts';
import { drawModals, drawPictureLarge, drawQuestion } from './modal.ts';
import type { Page, Theme } from './page-state.ts';
import { sceneOf } from './scene-on-page.ts';
import { drawSidebar } from './sidebar.ts';

/** The whole page, once there is a snapshot. */
export function drawScreen(page: Page): readonly Drawn[] {
  const { state, snapshot } = page;
  const { place } = state;
  const channel = place === 'home' ? undefined : snapshot.channels.find(one => one.id === place?.channel);
  const thread = channel && drawThreadPane(page);
  const main = channel
    ? drawChannelPane(page, channel)
    : place === 'home'
      ? drawHomePane(page)
      : drawNowhere(page);
  const dialogs = [drawModals(page), drawPictureLarge(page), drawQuestion(page, questionText(page))];
  return [
    drawTop(page),
    drawNotices(page),
    draw('div', { class: thread ? 'panes with-thread' : 'panes' }, [drawSidebar(page), main, thread], {
      key: 'panes',
    }),
    ...(snapshot.modals.length === 0 ? [drawToast(page)] : []),
    ...dialogs,
  ].filter(drawn => drawn !== undefined);
}

function questionText(page: Page): Child {
  const { question } = page.state;
  return question && drawTextObject(question.text, sceneOf(page, { view: 'question' }, 'view'));
}

function drawNowhere(page: Page): Drawn {
  const name = page.snapshot.users.find(user => user.id === page.snapshot.me)?.realName ?? 'This person';
  return draw('main', { class: 'main', 'aria-label': 'No channel', 'data-pane': 'main', tabindex: '-1' }, [
    draw('p', { class: 'home-empty' }, `${name} is in no channel. Act as somebody else.`),
  ]);
}

const THEMES: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function drawTop(page: Page): Drawn {
  const { theme, isConnected } = page.state;
  const items = (Object.keys(THEMES) as Theme[]).map(name => ({
    key: name,
    label: THEMES[name],
    chosen: name === theme,
    pick: () => page.setTheme(name),
  }));
  return draw('header', { class: 'top' }, [
    draw('strong', {}, 'Practice Slack'),
    draw('span', { class: 'top-note' }, 'Looks and answers like Slack, runs on this machine only'),
    draw('span', { class: 'top-state', role: 'status' }, isConnected ? '' : 'Connection lost, trying again…'),
    draw('span', { class: 'top-keys' }, [draw('kbd', {}, 'F6'), ' next pane']),
    drawMenu(
      { id: 'theme', label: `Colours: ${THEMES[theme]}`, kind: 'listbox', look: 'icon-button', items },
      drawIcon('contrast'),
      page,
    ),
  ]);
}

const MOST_NOTICES = 3;

/** What Slack would have told the app, or nobody: for whoever develops it. */
function drawNotices(page: Page): Drawn {
  const { state, snapshot } = page;
  const fresh = snapshot.notices.filter(notice => notice.atMs > state.noticesSeenUpToMs);
  const reader = readerOf(snapshot, state.nowMs);
  const shown = fresh.slice(-MOST_NOTICES).reverse();
  const dismiss = () => {
    state.noticesSeenUpToMs = fresh.at(-1)?.atMs ?? state.noticesSeenUpToMs;
    page.redraw();
  };
  return draw('div', { class: 'notices-holder', role: 'status' }, [
    shown.length > 0 &&
      draw('section', { class: 'notices', 'aria-label': 'Notices of the practice Slack' }, [
        draw(
          'ul',
          {},
          shown.map(({ atMs, text }) =>
            draw('li', {}, [draw('time', {}, clockText(atMs, reader)), ' ', text], {
              key: `${atMs} ${text}`,
            }),
          ),
        ),
        fresh.length > shown.length && draw('span', {}, `and ${fresh.length - shown.length} more`),
        draw(
          'button',
          { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss notices' },
          drawIcon('close'),
          { on: { click: dismiss } },
        ),
      ]),
  ]);
}

function drawToast(page: Page): Drawn {
  const { state } = page;
  const close = () => {
    state.problem = undefined;
    page.redraw();
  };
  return draw('div', { class: 'toast-holder', role: 'alert' }, [
    state.problem !== undefined &&
      draw('div', { class: 'toast' }, [
        draw('span', {}, state.problem),
        draw('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss' }, drawIcon('close'), {
          on: { click: close },
        }),
      ]),
  ]);
}
