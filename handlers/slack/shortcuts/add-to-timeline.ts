import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { incidentGoneNotice, keptNotice, whichIncidentNotice } from '../blocks/incident-notices.ts';
import { afterAck } from '../listening.ts';
import { linkOf } from '../message-link.ts';
import { messageText } from '../message-text.ts';
import { pressedIncident } from '../pressed-incident.ts';
import type { SlackContext } from '../slack-context.ts';

/** "Add to timeline": the words of the message that somebody chose, in the incident in whose thread it stands. */
export async function addToTimeline(
  args: SlackShortcutMiddlewareArgs & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  await args.ack();
  const shortcut = args.shortcut as MessageShortcut;
  const user = shortcut.user.id;
  const channel = shortcut.channel.id;
  const { message } = shortcut;
  const threadTs = message.thread_ts ?? shortcut.message_ts;
  await afterAck('add-to-timeline', { user, channel, respond: args.respond }, context, async () => {
    const standing = await context.state.standings.ofThread(channel, threadTs);
    if (standing === undefined) return whichIncidentNotice('note');
    const pressed = await pressedIncident(standing.incident.id, user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    // Of a message of our own the text says all; its buttons and values are nothing for a timeline.
    const isOwn = message.bot_id !== undefined && message.bot_id === context.bot.botId;
    const text = (isOwn ? (message.text ?? '') : messageText(message)).trim();
    const link = await linkOf(channel, shortcut.message_ts, context);
    const acted = await context.incidents.desk.pin({
      deliveryKey: `shortcut/${shortcut.action_ts}/${user}`,
      incidentId: standing.incident.id,
      person: user,
      ...(text !== '' && { text }),
      ...(link !== undefined && { link }),
    });
    if (acted.ok) return keptNotice(`It stands in the timeline of incident ${standing.number} now.`);
    return acted.why === 'duplicate' ? undefined : incidentGoneNotice();
  });
}
