import { reasonOf } from '../blocks/consent-views.ts';
import { decideOnChange, type Submission, submissionKey } from '../change-deciding.ts';
import type { SlackContext } from '../slack-context.ts';

/** Somebody applies it without the others. */
export async function breakGlassReason(submission: Submission, context: SlackContext): Promise<void> {
  const { ack, view, body } = submission;
  const given = reasonOf(view);
  if (!given.ok) {
    await ack({ response_action: 'errors', errors: { ...given.errors } });
    return;
  }
  await ack();
  const submitted = { user: body.user.id, deliveryKey: submissionKey(submission), value: given.value };
  await decideOnChange('break-glass', 'break-glass', submitted, context, (found, decision) =>
    context.changes.approvals.breakGlass({
      ...decision,
      digest: found.view.proposal.digest,
      reason: given.reason,
    }),
  );
}
