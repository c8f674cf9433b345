import { reasonOf } from '../blocks/consent-views.ts';
import { decideOnChange, type Submission, submissionKey } from '../change-deciding.ts';
import type { SlackContext } from '../slack-context.ts';

/** A person has applied what Staunch could only show. */
export async function markAppliedNote(submission: Submission, context: SlackContext): Promise<void> {
  const { ack, view, body } = submission;
  const given = reasonOf(view);
  if (!given.ok) {
    await ack({ response_action: 'errors', errors: { ...given.errors } });
    return;
  }
  await ack();
  const submitted = { user: body.user.id, deliveryKey: submissionKey(submission), value: given.value };
  await decideOnChange('mark-applied', 'propose', submitted, context, (_, decision) =>
    context.changes.approvals.appliedByHand({ ...decision, note: given.reason }),
  );
}
