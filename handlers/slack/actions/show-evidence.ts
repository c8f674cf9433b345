import type { AllMiddlewareArgs, BlockButtonAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import { evidenceAsked } from '../blocks/evidence-button.ts';
import { openEvidenceView } from '../evidence-opening.ts';
import { afterAck } from '../listening.ts';
import type { SlackContext } from '../slack-context.ts';

export type ButtonPress = SlackActionMiddlewareArgs<BlockButtonAction> & AllMiddlewareArgs;

/** All evidence of a run (the value is the run), or the lines behind one claim (`RUN E1,E4`), in a modal. */
export async function showEvidence(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('show-evidence', { user, respond }, context, () =>
    openEvidenceView(evidenceAsked(action.value), { user, triggerId: body.trigger_id }, context),
  );
}
