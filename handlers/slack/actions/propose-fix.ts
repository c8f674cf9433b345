import { afterAck } from '../listening.ts';
import { pressedRun } from '../pressed-run.ts';
import { openReview } from '../reviewing.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Under a verdict: what to change so that it does not happen again. */
export async function proposeFix(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('propose-fix', { user, respond }, context, async () => {
    const pressed = await pressedRun(action.value ?? '', user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const { incident } = pressed.run;
    const subject = {
      service: incident.service,
      incidentId: incident.id,
      channel: incident.channel,
    };
    return openReview({ user, triggerId: body.trigger_id, subject }, context);
  });
}
