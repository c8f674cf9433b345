import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import type { Service } from '../../../src/inventory/registry.ts';
import { notMemberNotice } from '../blocks/notices.ts';
import { pickedOf, pickerServiceError } from '../blocks/picker-view.ts';
import { afterAck } from '../listening.ts';
import type { Spot } from '../people.ts';
import { refusedAsker, registryOrNotice } from '../permission.ts';
import { diagnoseEach, refusalHere } from '../requests.ts';
import type { SlackContext } from '../slack-context.ts';

/** A service and a window were chosen. The answer goes where the picker was opened, else to the person. */
export async function pickDiagnosis(
  { ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  const picked = pickedOf(view, context.clock.nowMs());
  if (!picked.ok) {
    await ack({ response_action: 'errors', errors: { ...picked.errors } });
    return;
  }
  const reading = await registryOrNotice(context);
  const services: readonly Service[] =
    'registry' in reading ? [reading.registry.services.get(picked.service)].filter(s => s !== undefined) : [];
  if ('registry' in reading && services.length === 0) {
    const problem = `No service is called "${picked.service}". Type it as staunch.yml does.`;
    await ack({ response_action: 'errors', errors: { ...pickerServiceError(problem) } });
    return;
  }
  await ack();
  const user = body.user.id;
  const { channel, threadTs } = picked.place;
  const thread = threadTs === undefined ? {} : { threadTs };
  await afterAck(
    'pick-diagnosis',
    { user, ...(channel !== undefined && { channel }), ...thread },
    context,
    async () => {
      if ('notice' in reading) return reading.notice;
      const direct: Spot = { place: { id: user, kind: 'direct-message' }, appIsMember: true };
      const [asker, spot] = await Promise.all([
        context.people.asker(user),
        channel === undefined ? direct : context.people.spot(channel),
      ]);
      const refusal = refusalHere(asker, spot, reading.registry, context);
      if (refusal) return refusedAsker(refusal, 'diagnose', user, context);
      if (!spot.appIsMember) return notMemberNotice();
      const deliveryKey = `view/${view.id}/${view.hash}`;
      const here = { deliveryKey, user, channel: channel ?? user, ...thread };
      return diagnoseEach(
        services,
        picked.window,
        { ...here, asker, spot, registry: reading.registry },
        context,
      );
    },
  );
}
