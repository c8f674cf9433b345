import { afterAck } from '../listening.ts';
import { mayPropose, openReview } from '../reviewing.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Under a warning of growth: the value names the service; everything is told in the warning's thread. */
export async function planRecycling(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  const channel = body.channel?.id;
  const to = { user, respond, ...(channel !== undefined && { channel }) };
  await afterAck('plan-recycling', to, context, async () => {
    const service = action.value ?? '';
    const may = await mayPropose(service, user, channel ?? user, context);
    if ('notice' in may) return may.notice;
    const warning = await context.state.warnings.ofService(service);
    const isHere = warning !== undefined && warning.channel === channel;
    const threadTs = body.message?.thread_ts ?? body.message?.ts;
    const subject = {
      service,
      remedy: 'recycling' as const,
      channel: channel ?? user,
      ...(isHere && { incidentId: warning.id }),
      ...(!isHere && typeof threadTs === 'string' && { threadTs }),
    };
    return openReview({ user, triggerId: body.trigger_id, subject }, context);
  });
}
