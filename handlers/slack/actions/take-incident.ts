import { incidentGoneNotice } from '../blocks/incident-notices.ts';
import { afterAck } from '../listening.ts';
import { pressedIncident } from '../pressed-incident.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** From now on whoever pressed looks after the incident; everybody sees it. */
export async function takeIncident(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('take-incident', { user, respond }, context, async () => {
    const pressed = await pressedIncident(action.value ?? '', user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const acted = await context.incidents.desk.take({
      deliveryKey: `press/${action.action_ts}/${user}/${action.action_id}`,
      incidentId: pressed.standing.incident.id,
      person: user,
    });
    return acted.ok || acted.why === 'duplicate' ? undefined : incidentGoneNotice();
  });
}
