import { changeView } from '../../../src/workflows/change-parcels.ts';
import { changeOfValue } from '../blocks/change-words.ts';
import { approvedOf } from '../blocks/consent-views.ts';
import { decideOnChange, type Submission, submissionKey } from '../change-deciding.ts';
import { asksName, ownAllowed } from '../change-terms.ts';
import type { SlackContext } from '../slack-context.ts';

/** Somebody approves exactly what the card shows. */
export async function approveChangeConsent(submission: Submission, context: SlackContext): Promise<void> {
  const { ack, view, body } = submission;
  const pressed = changeOfValue(view.private_metadata);
  const change = pressed && (await changeView(context.state, pressed.proposalId));
  const service = change && asksName(change) ? change.proposal.plan.service : undefined;
  const given = approvedOf(view, service);
  if (!given.ok) {
    await ack({ response_action: 'errors', errors: { ...given.errors } });
    return;
  }
  await ack();
  const submitted = { user: body.user.id, deliveryKey: submissionKey(submission), value: given.value };
  await decideOnChange('approve-change', 'approve', submitted, context, (found, decision) =>
    context.changes.approvals.approve({
      ...decision,
      digest: found.view.proposal.digest,
      ownAllowed: ownAllowed(found),
    }),
  );
}
