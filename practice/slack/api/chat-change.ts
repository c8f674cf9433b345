import { LIMITS } from '../blocks/limits.ts';
import type { PracticeChannel, PracticeMessage, Workspace } from '../workspace.ts';
import { isRefusal, missingArgument, refusal } from './answer.ts';
import { textOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import { messageAt, visibleChannel } from './channel-access.ts';
import { contentOf, type MessageContent } from './message-content.ts';
import { messageObject } from './message-object.ts';
import type { ApiMethod, MethodCall, MethodError } from './method.ts';

interface Found {
  readonly channel: PracticeChannel;
  readonly message: PracticeMessage;
}

function find(call: MethodCall, workspace: Workspace, argument: string): Found | MethodError {
  const channel = visibleChannel(call, workspace);
  if (isRefusal(channel)) return channel;
  const ts = textOf(call.args, argument);
  if (ts === undefined) return missingArgument(argument);
  const message = messageAt(workspace, channel.id, ts);
  return message === undefined ? refusal('message_not_found') : { channel, message };
}

/** chat.update: only the app's own messages; ephemeral ones cannot be found. */
export const update: ApiMethod = {
  name: 'chat.update',
  scopes: ['chat:write'],
  token: 'bot',
  limit: TIER.three,
  run(call, workspace) {
    const found = find(call, workspace, 'ts');
    if (isRefusal(found)) return found;
    const { channel, message } = found;
    if (message.botId !== workspace.botId) return refusal('cant_update_message');
    const content = contentOf(call, workspace, LIMITS.updatedText);
    if (isRefusal(content)) return content;
    if (content.text === undefined && content.blocks === undefined && content.metadata === undefined)
      return refusal('no_text');
    const list = workspace.messages.get(channel.id) ?? [];
    const changed = edited(message, content, workspace.nextTs());
    if (changed.text === '' && changed.blocks.length === 0 && changed.files.length === 0)
      return refusal('no_text');
    list[list.indexOf(message)] = changed;
    workspace.changed();
    return {
      ok: true,
      channel: channel.id,
      ts: changed.ts,
      text: changed.text,
      message: messageObject(workspace, changed),
    };
  },
};

/**
 * docs.slack.dev/reference/methods/chat.update: blocks and metadata that are not given are kept, an empty list
 * of blocks takes them away.
 */
function edited(message: PracticeMessage, content: MessageContent, editedTs: string): PracticeMessage {
  return {
    ...message,
    editedTs,
    text: content.text ?? message.text,
    blocks: content.blocks ?? message.blocks,
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
  };
}

/** chat.delete. */
export const remove: ApiMethod = {
  name: 'chat.delete',
  scopes: ['chat:write'],
  token: 'bot',
  limit: TIER.three,
  run(call, workspace) {
    const found = find(call, workspace, 'ts');
    if (isRefusal(found)) return found;
    if (found.message.botId !== workspace.botId) return refusal('cant_delete_message');
    found.message.deleted = true;
    workspace.changed();
    return { ok: true, channel: found.channel.id, ts: found.message.ts };
  },
};

/** chat.getPermalink: needs no scope; its limit is "special", without a figure. */
export const getPermalink: ApiMethod = {
  name: 'chat.getPermalink',
  scopes: [],
  token: 'bot',
  limit: { perMinute: 600 },
  run(call, workspace) {
    const found = find(call, workspace, 'message_ts');
    if (isRefusal(found)) return found;
    const { channel, message } = found;
    const link = `${call.origin}/archives/${channel.id}/p${message.ts.replace('.', '')}`;
    const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
    return { ok: true, channel: channel.id, permalink: `${link}${thread}` };
  },
};
