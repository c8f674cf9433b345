import type { SnapshotMessage } from '../slack/page-protocol.ts';
import { goesOn, readerOf, repliesOf, stampMs } from './conversation.ts';
import { dayText } from './date-text.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { drawIcon } from './icons.ts';
import { drawMessage, type Standing } from './message.ts';
import type { Page } from './page-state.ts';
import { ownerOf } from './scene-on-page.ts';
import { jumpToEnd } from './scrolling.ts';

/** Drawn messages by what they were drawn from: the same again is the same object, and `patch` passes over it. */
const drawnBefore = new Map<string, { readonly from: string; readonly drawn: Drawn }>();
const sentAs = new WeakMap<object, string>();

/** Written out once for each snapshot, not at each key that is pressed. */
function writtenOut(sent: object, whole: unknown = sent): string {
  const known = sentAs.get(sent) ?? JSON.stringify(whole);
  sentAs.set(sent, known);
  return known;
}

/** The scrolling list of a channel or thread, with a line between days. */
export function drawMessageList(
  page: Page,
  pane: 'channel' | 'thread',
  id: string,
  messages: readonly SnapshotMessage[],
  label: string,
  around: { readonly first?: Child; readonly empty?: Child },
): Drawn {
  const reader = readerOf(page.snapshot, page.state.nowMs);
  const items = messages.map((message, index): Child => {
    const before = messages[index - 1];
    const day = dayText(stampMs(message.ts), reader);
    const isNewDay = before === undefined || dayText(stampMs(before.ts), reader) !== day;
    const replies = pane === 'channel' ? repliesOf(page.snapshot, message.channel, message.ts) : [];
    const isFirstReply = pane === 'thread' && index === 1;
    const isLone = isNewDay || isFirstReply || (before !== undefined && hasReplies(page, before, pane));
    const standing = { pane, goesOn: !isLone && goesOn(message, before), replies };
    const isRoot = pane === 'thread' && index === 0;
    return [
      isNewDay &&
        pane === 'channel' &&
        draw('li', { class: 'day' }, draw('span', {}, day), { key: `day ${day}` }),
      draw('li', { class: isRoot ? 'root' : undefined }, drawnOnce(page, message, standing), {
        key: message.ts,
      }),
      isRoot &&
        messages.length > 1 &&
        draw('li', { class: 'day' }, draw('span', {}, countText(messages.length - 1))),
    ];
  });
  const isAway = page.state.away.has(pane);
  return draw(
    'div',
    { class: 'messages-holder' },
    [
      draw(
        'div',
        { class: 'messages-scroll', 'data-scroll': pane, tabindex: '0', role: 'region', 'aria-label': label },
        [around.first, draw('ol', { class: 'messages' }, items), messages.length === 0 && around.empty],
      ),
      isAway && drawJump(page, pane),
    ],
    { key: `${pane} ${id}` },
  );
}

function countText(replies: number): string {
  return `${replies} ${replies === 1 ? 'reply' : 'replies'}`;
}

function hasReplies(page: Page, message: SnapshotMessage, pane: 'channel' | 'thread'): boolean {
  return pane === 'channel' && repliesOf(page.snapshot, message.channel, message.ts).length > 0;
}

function drawJump(page: Page, pane: 'channel' | 'thread'): Drawn {
  return draw('button', { type: 'button', class: 'jump' }, [drawIcon('down'), 'Jump to newest'], {
    on: {
      click: () => {
        page.state.away.delete(pane);
        jumpToEnd(pane);
        page.redraw();
      },
    },
  });
}

/** Nothing of what it depends on is different: then what was drawn before still holds. */
function drawnOnce(page: Page, message: SnapshotMessage, standing: Standing): Drawn {
  const { state, snapshot } = page;
  const { openMenu } = state;
  const place = ownerOf({ message });
  const key = `${standing.pane} ${place}`;
  const last = standing.replies.at(-1);
  const entered = [...state.entered].filter(([name]) => name.startsWith(place));
  const { me, users, channels, app } = snapshot;
  const standsSo = JSON.stringify([
    standing.goesOn,
    standing.replies.map(reply => reply.user + reply.ephemeral),
    last?.ts,
    openMenu?.startsWith(key) && openMenu,
    entered,
    Math.floor(state.nowMs / 60_000),
  ]);
  const from = [standsSo, writtenOut(message), writtenOut(snapshot, { me, users, channels, app })].join('\n');
  const before = drawnBefore.get(key);
  if (before?.from === from) return before.drawn;
  const drawn = drawMessage(page, message, standing);
  drawnBefore.set(key, { from, drawn });
  return drawn;
}
