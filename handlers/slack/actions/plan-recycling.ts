import { refusalOf } from '../../../src/policy/asking.ts';
import { adviseNotice, unknownTargetNotice } from '../blocks/notices.ts';
import { afterAck } from '../listening.ts';
import { askingOf, refusedAsker, registryOrNotice } from '../permission.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Says where the computed settings of a service are found; the value is its id. */
export async function planRecycling(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('plan-recycling', { user, respond }, context, async () => {
    const id = action.value ?? '';
    const [asker, spot, reading] = await Promise.all([
      context.people.asker(user),
      context.people.spot(body.channel?.id ?? user),
      registryOrNotice(context),
    ]);
    if ('notice' in reading) return reading.notice;
    const service = reading.registry.services.get(id);
    const asking = askingOf(asker.person, spot.place, reading.registry, context);
    const refusal = refusalOf({ ...asking, what: 'view', ...(service && { service }) });
    if (refusal) return refusedAsker(refusal, 'view', user, context);
    return service === undefined ? unknownTargetNotice(id, []) : adviseNotice(service.id);
  });
}
