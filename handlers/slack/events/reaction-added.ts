import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { afterAck } from '../listening.ts';
import { linkOf } from '../message-link.ts';
import { pressedIncident } from '../pressed-incident.ts';
import type { SlackContext } from '../slack-context.ts';

const PIN = new Set(['pushpin', 'round_pushpin']);

/**
 * 📌 on a message: it belongs into the timeline. Slack tells which message, and not its words; only messages of
 * Staunch's own tell to which incident they belong, and the first message of a thread in which somebody asked.
 */
export async function reactionAdded(
  { event, body }: SlackEventMiddlewareArgs<'reaction_added'> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  if (!PIN.has(event.reaction) || event.item.type !== 'message') return;
  const { user } = event;
  const { channel, ts } = event.item;
  await afterAck('reaction-added', { user, channel }, context, async () => {
    const link = await linkOf(channel, ts, context);
    const thread = threadIn(link) ?? ts;
    const { standings } = context.state;
    const standing = (await standings.ofThread(channel, thread)) ?? (await standings.ofThread(channel, ts));
    // Pins are everywhere; those outside of incidents are none of Staunch's business.
    if (standing === undefined) return undefined;
    const pressed = await pressedIncident(standing.incident.id, user, 'diagnose', context);
    // A reaction asks for nothing: whoever may not is not told so.
    if ('notice' in pressed) return undefined;
    await context.incidents.desk.pin({
      deliveryKey: `event/${body.event_id}`,
      incidentId: standing.incident.id,
      person: user,
      ...(link !== undefined && { link }),
    });
    return undefined;
  });
}

/** The address of a reply names its thread. */
function threadIn(link: string | undefined): string | undefined {
  return link === undefined
    ? undefined
    : (/[?&]thread_ts=(?<ts>\d+\.\d+)/.exec(link)?.groups?.ts ?? undefined);
}
