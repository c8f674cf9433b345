import type { Snapshot } from '../slack/page-protocol.ts';
import { news } from './announcing.ts';
import { listen, sendAct } from './connection.ts';
import { channelTitle, rootsOf } from './conversation.ts';
import { watchKeyboard } from './keyboard.ts';
import { openPopup, placePopup } from './menu.ts';
import { emptyState, type Page, type PageState, type Theme } from './page-state.ts';
import { patch } from './patch.ts';
import { drawScreen } from './screen.ts';
import { followNewest, watchScrolling } from './scrolling.ts';
import { readKey, unreadIn } from './sidebar.ts';

const MINUTE_MS = 60_000;
const THEME_KEY = 'practice-theme';
const root = document.querySelector('#page')!;
const newsLine = document.querySelector('#news')!;
const address = new URL(location.href);

const state: PageState = emptyState(storedTheme(), Date.now());
let user = address.searchParams.get('as') ?? undefined;
let stream: { close(): void } | undefined;
let isDrawing = false;
let mustDrawAgain = false;

const page: Page = {
  state,
  get snapshot() {
    return state.snapshot!;
  },
  get openMenu() {
    return state.openMenu;
  },
  setOpenMenu(id) {
    state.openMenu = id;
    redraw();
  },
  redraw,
  send: act => sendAct(page.snapshot.me, act),
  async act(act) {
    state.problem = undefined;
    const answer = await page.send(act);
    if (!answer.ok) state.problem = answer.problem;
    redraw();
    return answer;
  },
  open(place) {
    state.place = place;
    state.thread = undefined;
    state.away.clear();
    redraw();
    if (place === 'home') void page.act({ kind: 'open-home' });
    else document.querySelector<HTMLElement>('[data-composer="channel"]')?.focus();
  },
  openThread(thread) {
    const before = state.thread;
    state.thread = thread;
    state.away.delete('thread');
    redraw();
    if (thread) document.querySelector<HTMLElement>('[data-composer="thread"]')?.focus();
    else if (before) focusMessage(before.ts);
  },
  actAs(person) {
    if (person === state.snapshot?.me) return;
    user = person;
    connect();
  },
  setTheme(theme) {
    state.theme = theme;
    localStorage.setItem(THEME_KEY, theme);
    redraw();
  },
};

function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function focusMessage(ts: string): void {
  document.querySelector<HTMLElement>(`.main [data-ts="${CSS.escape(ts)}"] .thread-summary`)?.focus();
}

function connect(): void {
  stream?.close();
  stream = listen(user, {
    snapshot: receive,
    connected(isConnected) {
      if (state.isConnected === isConnected) return;
      state.isConnected = isConnected;
      redraw();
    },
    refused() {
      if (state.snapshot) return;
      root.textContent = `The practice Slack does not answer, or there is no ${user ?? 'person to act as'}. Trying again…`;
      // The address may name somebody of another workspace: let the practice Slack choose.
      user = undefined;
      stream?.close();
      window.setTimeout(connect, 1000);
    },
  });
}

function receive(snapshot: Snapshot): void {
  const before = state.snapshot;
  const isSomebodyElse = before?.me !== snapshot.me;
  state.snapshot = snapshot;
  state.nowMs = Date.now();
  if (isSomebodyElse) {
    state.openMenu = undefined;
    state.question = undefined;
    state.problem = undefined;
    state.thread = undefined;
    state.away.clear();
  }
  for (const { id } of snapshot.channels) {
    const isNew = !state.readUpTo.has(readKey(page, id));
    if (isNew) state.readUpTo.set(readKey(page, id), rootsOf(snapshot, id).at(-1)?.ts ?? '');
  }
  const { place } = state;
  const isPlace = place === 'home' || snapshot.channels.some(channel => channel.id === place?.channel);
  if (!isPlace) state.place = firstPlace(snapshot);
  redraw();
  const channel = state.place === 'home' ? undefined : state.place?.channel;
  if (before) newsLine.textContent = news(before, snapshot, channel) || newsLine.textContent;
  else if (channel !== undefined) document.querySelector<HTMLElement>('[data-composer="channel"]')?.focus();
  if (isSomebodyElse && state.place === 'home') void page.act({ kind: 'open-home' });
}

/** The one in the address, else the first in which the app is. */
function firstPlace(snapshot: Snapshot): PageState['place'] {
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted === 'home') return 'home';
  const { channels } = snapshot;
  const found =
    // A direct message has no name.
    channels.find(({ name, id }) => wanted !== '' && [name, id].includes(wanted)) ??
    channels.find(channel => channel.botIsMember) ??
    channels[0];
  return found && { channel: found.id };
}

/** Draws at once; what asks for it in the middle of drawing, as a field that loses focus does, waits. */
function redraw(): void {
  if (!state.snapshot) return;
  if (isDrawing) {
    mustDrawAgain = true;
    return;
  }
  isDrawing = true;
  do {
    mustDrawAgain = false;
    drawOnce();
  } while (mustDrawAgain);
  isDrawing = false;
}

function drawOnce(): void {
  markRead();
  const focused = document.activeElement;
  const ways: Element[] = [];
  for (let at = focused; at && at !== document.body; at = at.parentElement) ways.push(at);
  patch(root, drawScreen(page));
  followNewest(state.away);
  const popup = openPopup();
  if (popup) placePopup(popup);
  // What had focus may be gone, as a button of an edited message: stay as near as possible.
  if (focused && !focused.isConnected && document.activeElement === document.body) {
    const near = ways.find(way => way.isConnected && way.hasAttribute('tabindex'));
    (near as HTMLElement | undefined)?.focus({ preventScroll: true });
  }
  showOutside();
}

function markRead(): void {
  if (state.place === 'home' || !state.place) return;
  const newest = rootsOf(page.snapshot, state.place.channel).at(-1)?.ts;
  if (newest !== undefined) state.readUpTo.set(readKey(page, state.place.channel), newest);
}

/** What is not inside of the page's element: colours, title, address, and the number of errors. */
function showOutside(): void {
  const { documentElement: html } = document;
  const errors = String(document.querySelectorAll('.block-error').length);
  if (html.dataset.blockErrors !== errors) html.dataset.blockErrors = errors;
  html.dataset.theme = state.theme;
  const { place } = state;
  const { snapshot } = page;
  const channel = place !== 'home' && snapshot.channels.find(one => one.id === place?.channel);
  const unread = snapshot.channels.reduce((sum, { id }) => sum + unreadIn(page, id), 0);
  const title = channel ? channelTitle(channel, snapshot) : `${snapshot.app.name} Home`;
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} | ${snapshot.team.name} practice Slack`;
  address.searchParams.set('as', snapshot.me);
  address.hash = channel ? channel.name || channel.id : 'home';
  if (address.href !== location.href) history.replaceState(null, '', address);
}

connect();
watchKeyboard(page);
watchScrolling(state.away, redraw);
window.setInterval(() => {
  state.nowMs = Date.now();
  redraw();
}, MINUTE_MS);
