import { reasonOf } from '../blocks/consent-views.ts';
import { decideOnChange, type Submission, submissionKey } from '../change-deciding.ts';
import type { SlackContext } from '../slack-context.ts';

/** Somebody does not want it, and says why. */
export async function rejectChangeReason(submission: Submission, context: SlackContext): Promise<void> {
  const { ack, view, body } = submission;
  const given = reasonOf(view);
  if (!given.ok) {
    await ack({ response_action: 'errors', errors: { ...given.errors } });
    return;
  }
  await ack();
  const submitted = { user: body.user.id, deliveryKey: submissionKey(submission), value: given.value };
  await decideOnChange('reject-change', 'reject', submitted, context, (_, decision) =>
    context.changes.approvals.reject({ ...decision, reason: given.reason }),
  );
}
