import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { warningGoneNotice } from '../blocks/notices.ts';
import { alreadyNearer, snoozeOf } from '../blocks/snooze-view.ts';
import { afterAck } from '../listening.ts';
import { pressedWarning } from '../pressed-warning.ts';
import type { SlackContext } from '../slack-context.ts';

/** Until when was chosen. The message shows the snooze, and everybody sees who wanted it. */
export async function snoozeUntil(
  { ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  const atMs = context.clock.nowMs();
  const chosen = snoozeOf(view, atMs);
  if (!chosen.ok) {
    await ack({ response_action: 'errors', errors: { ...chosen.errors } });
    return;
  }
  const { warningId, ok: _ok, ...wish } = chosen;
  const seen = await context.snoozing?.find(warningId);
  const left = (seen?.growth.eta?.fromMs ?? Number.POSITIVE_INFINITY) - atMs;
  if (wish.untilLeftMs !== undefined && left < wish.untilLeftMs) {
    await ack({ response_action: 'errors', errors: { ...alreadyNearer() } });
    return;
  }
  await ack();
  const by = body.user.id;
  await afterAck('snooze-until', { user: by, ...(seen && { channel: seen.channel }) }, context, async () => {
    const pressed = await pressedWarning(warningId, by, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    if (!(await context.state.inbox.claim(`view/${view.id}/${view.hash}`, atMs))) return undefined;
    const asleep = await pressed.snoozing.snooze(warningId, { ...wish, by, atMs });
    return asleep === undefined ? warningGoneNotice() : undefined;
  });
}
