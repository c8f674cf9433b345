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

function seen(workspace: Workspace, id: string | undefined, argument: string) {
  if (id === undefined) return missingArgument(argument);
  const channel = workspace.channels.get(id) ?? directMessage(workspace, id);
  const hidden = channel === undefined || (HIDDEN.has(channel.kind) && !channel.botIsMember);
  return hidden ? refusal('channel_not_found') : channel;
}

/** chat.postMessage takes a person's id for the direct message with them. */
function directMessage(workspace: Workspace, user: string): PracticeChannel | undefined {
  if (!workspace.users.has(user)) return undefined;
  return [...workspace.channels.values()].find(
    channel => channel.kind === 'direct-message' && channel.members.includes(user),
  );
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
