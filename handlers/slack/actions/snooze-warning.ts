import { snoozeView } from '../blocks/snooze-view.ts';
import { afterAck } from '../listening.ts';
import { openModal } from '../modal-opening.ts';
import { pressedWarning } from '../pressed-warning.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Asks until when nobody is to hear of the warning. */
export async function snoozeWarning(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  await afterAck('snooze-warning', { user: body.user.id, respond }, context, async () => {
    const pressed = await pressedWarning(action.value ?? '', body.user.id, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    await openModal(context.client, body.trigger_id, snoozeView(pressed.warning));
    return undefined;
  });
}
