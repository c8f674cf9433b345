import { reasonOf } from '../blocks/consent-views.ts';
import { decideOnChange, type Submission, submissionKey } from '../change-deciding.ts';
import { glassBarred } from '../change-terms.ts';
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
  await decideOnChange('break-glass', 'approve', submitted, context, async (found, decision) => {
    const barred = await glassBarred(found, decision.person, context);
    if (barred) return { notice: barred };
    return context.changes.approvals.breakGlass({
      ...decision,
      digest: found.view.proposal.digest,
      reason: given.reason,
    });
  });
}
