import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { keptNotice, otherCardNotice } from '../blocks/incident-notices.ts';
import { writtenOf } from '../blocks/incident-views.ts';
import { afterAck } from '../listening.ts';
import { pressedIncident } from '../pressed-incident.ts';
import type { SlackContext } from '../slack-context.ts';

/** Somebody wrote a note at a step: it is kept, and the step stays as it is. */
export async function incidentNote(
  { ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  const written = writtenOf(view);
  if (!written.ok) {
    await ack({ response_action: 'errors', errors: { ...written.errors } });
    return;
  }
  await ack();
  const user = body.user.id;
  const { incidentId, card, text } = written;
  const standing = await context.state.standings.find(incidentId);
  const to = { user, ...(standing && { channel: standing.incident.channel }) };
  await afterAck('incident-note', to, context, async () => {
    const pressed = await pressedIncident(incidentId, user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const act = { deliveryKey: `view/${view.id}/${view.hash}`, incidentId, person: user };
    const { desk } = context.incidents;
    // The card may have gone on while it was written: the words count all the same.
    const atStep = await desk.answer({ ...act, card, said: { how: 'note', note: text } });
    const acted =
      atStep.ok || atStep.why !== 'stale'
        ? atStep
        : await desk.note({ ...act, deliveryKey: `${act.deliveryKey}/late`, text });
    if (acted.ok) return keptNotice('Noted. It stands in the timeline of the incident.');
    return acted.why === 'duplicate' ? undefined : otherCardNotice();
  });
}
