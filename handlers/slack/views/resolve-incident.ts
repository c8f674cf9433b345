import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { keptNotice } from '../blocks/incident-notices.ts';
import { writtenOf } from '../blocks/incident-views.ts';
import { afterAck } from '../listening.ts';
import { pressedIncident } from '../pressed-incident.ts';
import type { SlackContext } from '../slack-context.ts';

/** The reason was given: the incident is over, and its thread says so. */
export async function resolveIncident(
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
  const { incidentId, text } = written;
  const standing = await context.state.standings.find(incidentId);
  const to = { user, ...(standing && { channel: standing.incident.channel }) };
  await afterAck('resolve-incident', to, context, async () => {
    const pressed = await pressedIncident(incidentId, user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const acted = await context.incidents.desk.resolve({
      deliveryKey: `view/${view.id}/${view.hash}`,
      incidentId,
      person: user,
      reason: text,
    });
    return acted.ok || acted.why === 'duplicate' ? undefined : keptNotice('It was resolved already.');
  });
}
