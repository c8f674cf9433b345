import { LIMITS } from '../blocks/limits.ts';
import type { PracticeMessage, Workspace } from '../workspace.ts';
import { isRefusal, missingArgument, refusal } from './answer.ts';
import { textOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import { channelOrPerson, postableChannel, threadOf } from './channel-access.ts';
import { contentOf } from './message-content.ts';
import { messageObject } from './message-object.ts';
import type { ApiMethod, MethodAnswer, MethodCall } from './method.ts';

/**
 * docs.slack.dev/reference/methods/chat.postMessage: about one a second in each channel, and several hundred a
 * minute in the workspace.
 */
const POSTING = { perMinute: 300, perChannelPerSecond: 1 };

/** chat.postMessage. */
export const postMessage: ApiMethod = {
  name: 'chat.postMessage',
  scopes: ['chat:write'],
  token: 'bot',
  limit: POSTING,
  run(call, workspace) {
    const channel = channelOrPerson(call, workspace);
    if (isRefusal(channel)) return channel;
    const clientMsgId = textOf(call.args, 'client_msg_id');
    const first = clientMsgId === undefined ? undefined : samePost(workspace, channel.id, clientMsgId);
    if (first !== undefined) return first;
    const parts = partsOf(call, workspace, channel.id);
    if (isRefusal(parts)) return parts;
    const message = keep(workspace, {
      ...parts,
      ...(clientMsgId === undefined ? {} : { clientMsgId }),
    });
    return posted(workspace, message);
  },
};

/** chat.postEphemeral. */
export const postEphemeral: ApiMethod = {
  name: 'chat.postEphemeral',
  scopes: ['chat:write'],
  token: 'bot',
  limit: TIER.four,
  run(call, workspace) {
    const channel = postableChannel(call, workspace);
    if (isRefusal(channel)) return channel;
    const user = textOf(call.args, 'user');
    if (user === undefined) return missingArgument('user');
    if (!channel.members.includes(user)) return refusal('user_not_in_channel');
    const parts = partsOf(call, workspace, channel.id);
    if (isRefusal(parts)) return parts;
    const message = keep(workspace, { ...parts, ephemeralFor: user });
    return { ok: true, message_ts: message.ts };
  },
};

/**
 * A second post with the same id answers with the first message. Slack documents only the errors of this
 * argument: `duplicate_channel_not_found` and `duplicate_message_not_found`.
 */
function samePost(workspace: Workspace, channel: string, clientMsgId: string): MethodAnswer | undefined {
  const first = [...workspace.messages.values()]
    .flat()
    .find(message => message.clientMsgId === clientMsgId && message.botId === workspace.botId);
  if (first === undefined) return undefined;
  if (first.channel !== channel) return refusal('duplicate_channel_not_found');
  return first.deleted ? refusal('duplicate_message_not_found') : posted(workspace, first);
}

function posted(workspace: Workspace, message: PracticeMessage): MethodAnswer {
  return {
    ok: true,
    channel: message.channel,
    ts: message.ts,
    message: messageObject(workspace, message),
  };
}

function partsOf(call: MethodCall, workspace: Workspace, channel: string) {
  const content = contentOf(call, workspace, LIMITS.messageText);
  if (isRefusal(content)) return content;
  if (content.text === undefined && (content.blocks ?? []).length === 0) return refusal('no_text');
  const threadTs = threadOf(call, workspace, channel);
  if (isRefusal(threadTs)) return threadTs;
  return {
    channel,
    text: content.text ?? '',
    blocks: content.blocks ?? [],
    files: [],
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
  };
}

/** Puts a message of the app at the end of its channel. */
export function keep(
  workspace: Workspace,
  parts: Omit<PracticeMessage, 'ts' | 'user' | 'botId'>,
): PracticeMessage {
  const message = {
    ...parts,
    ts: workspace.nextTs(),
    user: workspace.botUserId,
    botId: workspace.botId,
  };
  const channel = workspace.messages.get(parts.channel) ?? [];
  channel.push(message);
  workspace.messages.set(parts.channel, channel);
  workspace.changed();
  return message;
}
