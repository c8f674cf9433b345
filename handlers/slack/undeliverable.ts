import type { Abandonment } from '../../src/workflows/delivery.ts';
import type { Log } from '../../src/workflows/ports.ts';
import { type Parcel, STAUNCH_ITSELF, type State } from '../../src/workflows/state-ports.ts';
import { undeliverableNotice } from './blocks/notices.ts';
import type { Replies } from './replies.ts';

/**
 * When Slack refuses the root message of an incident for good (the app was removed from the channel, the
 * channel is archived), the person who asked is told directly. Anything else that is refused is in the log.
 */
export async function tellUndeliverable(
  parcel: Parcel,
  { reason, because }: Abandonment,
  context: { readonly state: State; readonly replies: Replies; readonly log: Log },
): Promise<void> {
  context.log.error({ key: parcel.key, channel: parcel.channel, reason, because }, 'a message was given up');
  if (parcel.key !== `${parcel.incidentId}/root` || because !== 'refused') return;
  const { incidents } = context.state;
  const runs = [...(await incidents.running()), ...(await incidents.latest()).map(latest => latest.run)];
  const run = runs.find(({ incident }) => incident.id === parcel.incidentId);
  if (run && run.askedBy !== STAUNCH_ITSELF)
    await context.replies.tell({ user: run.askedBy }, undeliverableNotice(run, reason));
}
