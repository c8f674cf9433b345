import type { ModalView } from '@slack/types';
import type { ChangeAction } from '../../src/policy/change-asking.ts';
import type { ButtonPress } from './actions/show-evidence.ts';
import { consentRefusedNotice } from './blocks/change-notices.ts';
import { afterAck } from './listening.ts';
import { openModal } from './modal-opening.ts';
import { type PressedChange, pressedChange } from './pressed-change.ts';
import type { SlackContext } from './slack-context.ts';

/** A button of a card that opens a modal: for whom may do that with a change that is still open. */
export async function openForChange(
  name: string,
  what: ChangeAction,
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
  viewOf: (pressed: PressedChange) => ModalView,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck(name, { user, respond }, context, async () => {
    const pressed = await pressedChange(action.value, user, what, context);
    if ('notice' in pressed) return pressed.notice;
    const { state } = pressed.view.proposal;
    if (state !== 'open') return consentRefusedNotice({ reason: 'not-open', state });
    await openModal(context.client, body.trigger_id, viewOf(pressed));
    return undefined;
  });
}
