import { warningGoneNotice } from '../blocks/notices.ts';
import { afterAck } from '../listening.ts';
import { pressedWarning } from '../pressed-warning.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Ends a snooze. Pressed twice it changes nothing more. */
export async function unsnoozeWarning(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const by = body.user.id;
  await afterAck('unsnooze-warning', { user: by, respond }, context, async () => {
    const pressed = await pressedWarning(action.value ?? '', by, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    if (pressed.warning.snooze === undefined) return undefined;
    const awake = await pressed.snoozing.wake(pressed.warning.id, { by, atMs: context.clock.nowMs() });
    return awake === undefined ? warningGoneNotice() : undefined;
  });
}
