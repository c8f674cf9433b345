import type {
  AllMiddlewareArgs,
  BlockAction,
  SlackActionMiddlewareArgs,
  StaticSelectAction,
} from '@slack/bolt';
import { REMEDIES } from '../../../src/remediation/plan.ts';
import { reviewLoadingView, subjectOf } from '../blocks/review-view.ts';
import { afterAck } from '../listening.ts';
import { fillReview, mayPropose } from '../reviewing.ts';
import type { SlackContext } from '../slack-context.ts';

export type RemedyChoice = SlackActionMiddlewareArgs<BlockAction<StaticSelectAction>> & AllMiddlewareArgs;

/** Another kind of change in the open review: it is planned anew. */
export async function chooseRemedy(
  { ack, action, body }: RemedyChoice,
  context: SlackContext,
): Promise<void> {
  await ack();
  const { view, user } = body;
  if (!view) return;
  await afterAck('choose-remedy', { user: user.id }, context, async () => {
    const before = subjectOf(view.private_metadata);
    const remedy = REMEDIES.find(each => each === action.selected_option?.value);
    if (!before || remedy === undefined) return undefined;
    const may = await mayPropose(before.service, user.id, before.channel, context);
    if ('notice' in may) return may.notice;
    const subject = { ...before, remedy };
    await context.client.views.update({ view_id: view.id, view: reviewLoadingView(subject) });
    await fillReview({ subject }, view.id, context);
    return undefined;
  });
}
