import { randomBytes } from 'node:crypto';
import { messageObject } from './api/message-object.ts';
import { viewObject } from './api/view-stack.ts';
import type { ViewValues } from './page-protocol.ts';
import type { PracticeChannel, PracticeMessage, PracticeUser, PracticeView, Workspace } from './workspace.ts';

type Payload = Readonly<Record<string, unknown>>;

/** Slack's older way to show that a request is its own; apps look at signatures instead. */
const VERIFICATION_TOKEN = 'practice-verification';

/** A fresh trigger id: it may open one view within 3 seconds. */
function newTrigger(workspace: Workspace, user: string): string {
  const id = `${Math.floor(workspace.nowMs())}.${workspace.nextId('TR')}.${randomBytes(8).toString('hex')}`;
  // Kept for a while after its time, so that a late call learns that it expired.
  for (const [old, { expiresAtMs }] of workspace.triggers) {
    if (expiresAtMs < workspace.nowMs() - 60_000) workspace.triggers.delete(old);
  }
  workspace.triggers.set(id, { user, expiresAtMs: workspace.nowMs() + 3_000 });
  return id;
}

const frame = (workspace: Workspace): Payload => ({
  token: VERIFICATION_TOKEN,
  api_app_id: workspace.appId,
});

/** What every interaction tells about who, where from, and which app. */
const interaction = (workspace: Workspace, user: PracticeUser): Payload => ({
  ...frame(workspace),
  user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
  team: { id: workspace.seed.team.id, domain: workspace.seed.team.domain },
  enterprise: null,
  is_enterprise_install: false,
});

/** Slack names only public channels to apps that receive a command. */
function commandChannelName({ kind, name }: PracticeChannel): string {
  if (kind === 'private-channel' || kind === 'group-message') return 'privategroup';
  return kind === 'direct-message' ? 'directmessage' : name;
}

export function commandPayload(
  workspace: Workspace,
  typed: {
    user: PracticeUser;
    channel: PracticeChannel;
    command: string;
    text: string;
    responseUrl: string;
  },
): Payload {
  const { user, channel } = typed;
  return {
    ...frame(workspace),
    team_id: user.teamId,
    team_domain:
      user.teamId === workspace.seed.team.id ? workspace.seed.team.domain : user.teamId.toLowerCase(),
    channel_id: channel.id,
    channel_name: commandChannelName(channel),
    user_id: user.id,
    user_name: user.name,
    command: typed.command,
    text: typed.text,
    is_enterprise_install: 'false',
    response_url: typed.responseUrl,
    trigger_id: newTrigger(workspace, user.id),
  };
}

/** A view as apps get it back, with what the person has filled in. */
const viewOf = (workspace: Workspace, view: PracticeView, values: ViewValues): Payload => ({
  ...viewObject(workspace, view),
  state: { values },
});

/** A press on an element of a message. Slack leaves the message out when only that person sees it. */
export function messageActionPayload(
  workspace: Workspace,
  press: {
    user: PracticeUser;
    channel: PracticeChannel;
    message: PracticeMessage;
    values: ViewValues;
    action: Payload;
    responseUrl: string;
  },
): Payload {
  const { message, channel } = press;
  const ephemeral = message.ephemeralFor !== undefined;
  return {
    type: 'block_actions',
    ...interaction(workspace, press.user),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: newTrigger(workspace, press.user.id),
    channel: { id: channel.id, name: commandChannelName(channel) },
    ...(ephemeral ? {} : { message: messageObject(workspace, message) }),
    state: { values: press.values },
    response_url: press.responseUrl,
    actions: [{ ...press.action, action_ts: workspace.nextTs() }],
  };
}

/** A press on an element of a modal or of the App Home. */
export function viewActionPayload(
  workspace: Workspace,
  press: { user: PracticeUser; view: PracticeView; values: ViewValues; action: Payload },
): Payload {
  return {
    type: 'block_actions',
    ...interaction(workspace, press.user),
    container: { type: 'view', view_id: press.view.id },
    trigger_id: newTrigger(workspace, press.user.id),
    view: viewOf(workspace, press.view, press.values),
    actions: [{ ...press.action, action_ts: workspace.nextTs() }],
  };
}

export function submissionPayload(
  workspace: Workspace,
  submitted: { user: PracticeUser; view: PracticeView; values: ViewValues },
): Payload {
  return {
    type: 'view_submission',
    ...interaction(workspace, submitted.user),
    trigger_id: newTrigger(workspace, submitted.user.id),
    view: viewOf(workspace, submitted.view, submitted.values),
    response_urls: [],
  };
}

export function closedPayload(
  workspace: Workspace,
  closed: { user: PracticeUser; view: PracticeView; values: ViewValues; cleared: boolean },
): Payload {
  return {
    type: 'view_closed',
    ...interaction(workspace, closed.user),
    view: viewOf(workspace, closed.view, closed.values),
    is_cleared: closed.cleared,
  };
}

export function messageShortcutPayload(
  workspace: Workspace,
  used: {
    user: PracticeUser;
    channel: PracticeChannel;
    message: PracticeMessage;
    callbackId: string;
    responseUrl: string;
  },
): Payload {
  return {
    type: 'message_action',
    ...interaction(workspace, used.user),
    callback_id: used.callbackId,
    trigger_id: newTrigger(workspace, used.user.id),
    message_ts: used.message.ts,
    message: messageObject(workspace, used.message),
    channel: { id: used.channel.id, name: commandChannelName(used.channel) },
    response_url: used.responseUrl,
    action_ts: workspace.nextTs(),
  };
}

export function globalShortcutPayload(
  workspace: Workspace,
  used: { user: PracticeUser; callbackId: string },
): Payload {
  return {
    type: 'shortcut',
    ...interaction(workspace, used.user),
    callback_id: used.callbackId,
    trigger_id: newTrigger(workspace, used.user.id),
    action_ts: workspace.nextTs(),
  };
}

/** The envelope of the Events API. */
function eventPayload(workspace: Workspace, event: Payload, isShared: boolean): Payload {
  const team = workspace.seed.team.id;
  return {
    ...frame(workspace),
    team_id: team,
    context_team_id: team,
    context_enterprise_id: null,
    event,
    type: 'event_callback',
    event_id: workspace.nextId('Ev'),
    event_time: Math.floor(workspace.nowMs() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team,
        user_id: workspace.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: isShared,
  };
}

export function mentionPayload(
  workspace: Workspace,
  said: { user: PracticeUser; channel: PracticeChannel; message: PracticeMessage },
): Payload {
  const { user, message, channel } = said;
  const stranger =
    user.teamId === workspace.seed.team.id ? {} : { user_team: user.teamId, source_team: user.teamId };
  const event = {
    type: 'app_mention',
    user: user.id,
    ts: message.ts,
    client_msg_id: message.clientMsgId,
    text: message.text,
    team: user.teamId,
    ...stranger,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    channel: channel.id,
    event_ts: message.ts,
  };
  return eventPayload(workspace, event, channel.kind === 'shared-channel');
}

export function reactionPayload(
  workspace: Workspace,
  {
    user,
    channel,
    message,
    name,
  }: { user: PracticeUser; channel: PracticeChannel; message: PracticeMessage; name: string },
): Payload {
  const event = {
    type: 'reaction_added',
    user: user.id,
    reaction: name,
    item: { type: 'message', channel: channel.id, ts: message.ts },
    item_user: message.user,
    event_ts: workspace.nextTs(),
  };
  return eventPayload(workspace, event, channel.kind === 'shared-channel');
}

export function homeOpenedPayload(workspace: Workspace, user: PracticeUser, values: ViewValues): Payload {
  const home = workspace.homes.get(user.id);
  const event = {
    type: 'app_home_opened',
    user: user.id,
    channel: user.id.replace(/^./, 'D'),
    tab: 'home',
    ...(home === undefined ? {} : { view: viewOf(workspace, home, values) }),
    event_ts: workspace.nextTs(),
  };
  return eventPayload(workspace, event, false);
}
