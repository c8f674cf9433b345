import type { Act } from '../slack/page-protocol.ts';
import { readerOf } from './conversation.ts';
import { plainText, record, type Sent, string } from './fields.ts';
import { drawMenu } from './menu.ts';
import type { Page } from './page-state.ts';
import type { Scene } from './scene.ts';

type Place = Extract<Act, { kind: 'press' }>['in'];

/** The scene of one message in one pane, or of one view. */
export function sceneOf(page: Page, place: Place, pane: 'channel' | 'thread' | 'view'): Scene {
  const { state, snapshot } = page;
  const owner = ownerOf(place);
  const key = (blockId: string, actionId: string) => enteredKey(owner, blockId, actionId);
  return {
    id: `${pane} ${owner}`,
    reader: readerOf(snapshot, state.nowMs),
    me: snapshot.me,
    errors: ('view' in place && state.formErrors.get(place.view)) || {},
    userName: id => snapshot.users.find(user => user.id === id)?.realName ?? appName(page, id),
    channelName: id => snapshot.channels.find(channel => channel.id === id)?.name,
    entered: (blockId, actionId) => state.entered.get(key(blockId, actionId)),
    enter(blockId, actionId, value) {
      state.entered.set(key(blockId, actionId), value);
      page.redraw();
    },
    press({ blockId, actionId, element }, value) {
      const go = () => {
        void page.act({ kind: 'press', in: place, blockId, actionId, element: { ...element, ...value } });
      };
      const confirm = record(element.confirm);
      if (confirm) ask(page, confirm, go);
      else go();
    },
    openPicture(picture) {
      state.picture = picture;
      page.redraw();
    },
    menu: (menu, face) => drawMenu(menu, face, page),
  };
}

/** Where `PageState.entered` keeps a value. */
export function enteredKey(owner: string, blockId: string, actionId: string): string {
  return `${owner}\n${blockId}\n${actionId}`;
}

export function ownerOf(place: Place): string {
  return 'view' in place ? `view ${place.view}` : `${place.message.channel} ${place.message.ts}`;
}

function appName(page: Page, id: string): string | undefined {
  return id === page.snapshot.app.botUserId ? page.snapshot.app.name : undefined;
}

function ask(page: Page, confirm: Sent, go: () => void): void {
  page.state.question = {
    title: plainText(confirm.title),
    text: confirm.text,
    yes: plainText(confirm.confirm) || 'Yes',
    no: plainText(confirm.deny) || 'Cancel',
    isDanger: string(confirm.style) === 'danger',
    go,
  };
  page.redraw();
}
