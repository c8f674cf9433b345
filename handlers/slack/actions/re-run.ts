import { alreadyRunningNotice, goneNotice } from '../blocks/notices.ts';
import { afterAck } from '../listening.ts';
import { pressedRun } from '../pressed-run.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Diagnoses the incident once more; the root message is edited in place. */
export async function rerun(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  await afterAck('re-run', { user: body.user.id, respond }, context, async () => {
    const pressed = await pressedRun(action.value ?? '', body.user.id, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const asked = await context.runs.again({
      deliveryKey: `press/${action.action_ts}/${body.user.id}/${action.action_id}`,
      runId: pressed.run.id,
      askedBy: body.user.id,
      timeZone: pressed.asker.timeZone,
    });
    if ('running' in asked) return alreadyRunningNotice();
    return 'gone' in asked ? goneNotice() : undefined;
  });
}
