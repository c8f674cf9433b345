import { notMemberNotice, warningGoneNotice } from '../blocks/notices.ts';
import { afterAck } from '../listening.ts';
import { pressedWarning } from '../pressed-warning.ts';
import { diagnoseEach } from '../requests.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

const WINDOW_MS = 2 * 3_600_000;

/** Diagnoses the last two hours of the warning's service; the verdict stands in the warning's thread. */
export async function diagnoseWarning(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('diagnose-warning', { user, respond }, context, async () => {
    const pressed = await pressedWarning(action.value ?? '', user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const { warning, asker, spot, registry } = pressed;
    const service = registry.services.get(warning.service);
    if (service === undefined) return warningGoneNotice();
    if (!spot.appIsMember) return notMemberNotice();
    const toMs = context.clock.nowMs();
    const threadTs = body.message?.thread_ts ?? body.message?.ts;
    return diagnoseEach(
      [service],
      { fromMs: toMs - WINDOW_MS, toMs },
      {
        deliveryKey: `press/${action.action_ts}/${user}/${action.action_id}`,
        user,
        channel: warning.channel,
        ...(threadTs !== undefined && { threadTs }),
        asker,
        spot,
        registry,
      },
      context,
    );
  });
}
