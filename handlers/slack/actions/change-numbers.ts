import { afterAck } from '../listening.ts';
import { pressedChange } from '../pressed-change.ts';
import { openReview } from '../reviewing.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** The review with the numbers of a proposal; other numbers make a new plan, which takes its place. */
export async function changeNumbers(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('change-numbers', { user, respond }, context, async () => {
    const pressed = await pressedChange(action.value, user, 'propose', context);
    if ('notice' in pressed) return pressed.notice;
    const { plan, brief, incidentId, channel } = pressed.view.proposal;
    const subject = { service: plan.service, remedy: plan.remedy, incidentId, channel };
    return openReview({ user, triggerId: body.trigger_id, subject, settings: brief.settings }, context);
  });
}
