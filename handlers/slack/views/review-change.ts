import { notPlannedNotice } from '../blocks/change-notices.ts';
import { reviewedOf } from '../blocks/review-view.ts';
import { type Submission, submissionKey } from '../change-deciding.ts';
import { afterAck } from '../listening.ts';
import { proposeHere } from '../proposing.ts';
import type { SlackContext } from '../slack-context.ts';

/** A change was reviewed and is to be proposed: planned once more with these numbers, then posted. */
export async function reviewChange(submission: Submission, context: SlackContext): Promise<void> {
  const { ack, view, body } = submission;
  const reviewed = reviewedOf(view);
  if (!reviewed.ok) {
    await ack({ response_action: 'errors', errors: { ...reviewed.errors } });
    return;
  }
  await ack();
  const user = body.user.id;
  const { subject, settings, reason } = reviewed;
  const to = { user, ...(subject && { channel: subject.channel }) };
  await afterAck('review-change', to, context, async () => {
    if (!subject) return notPlannedNotice('This window belongs to another version of Staunch. Open it anew.');
    const { incidentId, channel, threadTs } = subject;
    return proposeHere(
      {
        deliveryKey: submissionKey(submission),
        user,
        service: subject.service,
        ...(subject.remedy && { remedy: subject.remedy }),
        ...(Object.keys(settings).length > 0 && { settings }),
        reason,
        place:
          incidentId === undefined
            ? { workspace: context.workspace, channel, ...(threadTs !== undefined && { threadTs }) }
            : { incidentId, channel },
      },
      context,
    );
  });
}
