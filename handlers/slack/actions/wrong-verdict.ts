import { wrongVerdictView } from '../blocks/wrong-verdict-view.ts';
import { afterAck } from '../listening.ts';
import { openModal } from '../modal-opening.ts';
import { pressedRun } from '../pressed-run.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Asks what it really was. */
export async function wrongVerdict(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  await afterAck('wrong-verdict', { user: body.user.id, respond }, context, async () => {
    const pressed = await pressedRun(action.value ?? '', body.user.id, 'view', context);
    if ('notice' in pressed) return pressed.notice;
    await openModal(context.client, body.trigger_id, wrongVerdictView(pressed.run));
    return undefined;
  });
}
