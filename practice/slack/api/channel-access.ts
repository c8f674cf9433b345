import type { PracticeChannel, PracticeMessage, Workspace } from '../workspace.ts';
import { invalidArguments, missingArgument, refusal } from './answer.ts';
import { textOf } from './arguments.ts';
import type { MethodCall, MethodError } from './method.ts';

/** Kinds of conversations that do not exist for who is not in them. */
const HIDDEN: ReadonlySet<PracticeChannel['kind']> = new Set([
  'private-channel',
  'direct-message',
  'group-message',
]);

/** The conversation that an argument names, as far as the app can see it. */
export function visibleChannel(call: MethodCall, workspace: Workspace): PracticeChannel | MethodError {
  return seen(workspace, textOf(call.args, 'channel'), 'channel');
}

/** The conversation that an argument names, when the app may post in it. */
export function postableChannel(
  call: MethodCall,
  workspace: Workspace,
  argument = 'channel',
): PracticeChannel | MethodError {
  const channel = seen(workspace, textOf(call.args, argument), argument);
  return 'kind' in channel && !channel.botIsMember ? refusal('not_in_channel') : channel;
}

/**
 * The same for chat.postMessage alone, which takes a person's id for the direct message with them. Without a
 * Messages tab Slack says `messages_tab_disabled`.
 */
export function channelOrPerson(call: MethodCall, workspace: Workspace): PracticeChannel | MethodError {
  const person = workspace.users.get(textOf(call.args, 'channel') ?? '');
  if (person === undefined) return postableChannel(call, workspace);
  const direct = [...workspace.channels.values()].find(
    ({ kind, members }) =>
      kind === 'direct-message' && members.includes(person.id) && members.includes(workspace.botUserId),
  );
  return (
    direct ?? refusal(workspace.app.messagesTab === 'off' ? 'messages_tab_disabled' : 'channel_not_found')
  );
}

function seen(workspace: Workspace, id: string | undefined, argument: string) {
  if (id === undefined) return missingArgument(argument);
  const channel = workspace.channels.get(id);
  const hidden = channel === undefined || (HIDDEN.has(channel.kind) && !channel.botIsMember);
  return hidden ? refusal('channel_not_found') : channel;
}

/** A message that is still there; ephemeral ones are out of reach for every method, as in Slack. */
export function messageAt(
  workspace: Workspace,
  channel: string,
  ts: string | undefined,
): PracticeMessage | undefined {
  return workspace.messages
    .get(channel)
    ?.find(message => message.ts === ts && message.ephemeralFor === undefined && message.deleted !== true);
}

/**
 * The root that `thread_ts` names. Slack documents no error for a thread that is not there; its `thread_not_found`
 * and, for what is no timestamp, `invalid_thread_ts` are known from reports.
 */
export function threadOf(
  call: MethodCall,
  workspace: Workspace,
  channel: string,
): string | undefined | MethodError {
  const threadTs = textOf(call.args, 'thread_ts');
  if (threadTs === undefined) return undefined;
  if (!/^\d{10}\.\d{6}$/.test(threadTs))
    return { ...invalidArguments(`${threadTs} is not a valid thread_ts`), error: 'invalid_thread_ts' };
  const root = messageAt(workspace, channel, threadTs);
  if (root !== undefined) return root.threadTs === undefined ? threadTs : refusal('cannot_reply_to_message');
  // A deleted root with replies stays as a tombstone that can be replied to.
  const replies = workspace.messages.get(channel) ?? [];
  const tombstone = replies.some(reply => reply.threadTs === threadTs && reply.deleted !== true);
  return tombstone ? threadTs : refusal('thread_not_found');
}
