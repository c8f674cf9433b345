import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { thanksNotice } from '../blocks/notices.ts';
import { notedOf } from '../blocks/wrong-verdict-view.ts';
import { afterAck } from '../listening.ts';
import { pressedRun } from '../pressed-run.ts';
import type { SlackContext } from '../slack-context.ts';

/** Somebody said what it really was. It is kept beside the verdict, which stays as it was. */
export async function wrongVerdictNote(
  { ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  const noted = notedOf(view);
  if (!noted.ok) {
    await ack({ response_action: 'errors', errors: { ...noted.errors } });
    return;
  }
  await ack();
  const user = body.user.id;
  const run = await context.state.incidents.run(noted.runId);
  const { channel } = run?.incident ?? {};
  await afterAck('wrong-verdict-note', { user, ...(channel && { channel }) }, context, async () => {
    const pressed = await pressedRun(noted.runId, user, 'view', context);
    if ('notice' in pressed) return pressed.notice;
    const atMs = context.clock.nowMs();
    if (!(await context.state.inbox.claim(`view/${view.id}/${view.hash}`, atMs))) return undefined;
    await context.state.incidents.addFeedback({ runId: noted.runId, person: user, atMs, note: noted.note });
    return thanksNotice();
  });
}
