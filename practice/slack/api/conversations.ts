import type { PracticeChannel, Workspace } from '../workspace.ts';
import { isRefusal, missingScope } from './answer.ts';
import { flagOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import { visibleChannel } from './channel-access.ts';
import type { ApiMethod, MethodCall, MethodError } from './method.ts';
import { page } from './paging.ts';

/** docs.slack.dev/reference/methods/conversations.info: each kind of conversation has a scope of its own. */
const SCOPE: Readonly<Record<PracticeChannel['kind'], string>> = {
  channel: 'channels:read',
  'shared-channel': 'channels:read',
  'private-channel': 'groups:read',
  'direct-message': 'im:read',
  'group-message': 'mpim:read',
};

const ANY_SCOPE = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];

function readable(call: MethodCall, workspace: Workspace): PracticeChannel | MethodError {
  const channel = visibleChannel(call, workspace);
  if (isRefusal(channel)) return channel;
  const needed = SCOPE[channel.kind];
  return workspace.app.scopes.has(needed) ? channel : missingScope([needed], workspace.app.scopes);
}

/** conversations.info. */
export const conversationsInfo: ApiMethod = {
  name: 'conversations.info',
  scopes: ANY_SCOPE,
  token: 'bot',
  limit: TIER.three,
  run(call, workspace) {
    const channel = readable(call, workspace);
    if (isRefusal(channel)) return channel;
    const members = flagOf(call.args, 'include_num_members') ? { num_members: channel.members.length } : {};
    return { ok: true, channel: { ...channelObject(workspace, channel), ...members } };
  },
};

/** conversations.members. */
export const conversationsMembers: ApiMethod = {
  name: 'conversations.members',
  scopes: ANY_SCOPE,
  token: 'bot',
  limit: TIER.four,
  run(call, workspace) {
    const channel = readable(call, workspace);
    return isRefusal(channel) ? channel : page(call.args, 'members', channel.members);
  },
};

/** docs.slack.dev/reference/objects/conversation-object. */
function channelObject(workspace: Workspace, channel: PracticeChannel): Readonly<Record<string, unknown>> {
  const { kind } = channel;
  const team = workspace.seed.team.id;
  if (kind === 'direct-message')
    return {
      id: channel.id,
      is_im: true,
      is_org_shared: false,
      is_archived: false,
      context_team_id: team,
      user: channel.members.find(member => member !== workspace.botUserId),
    };
  const external = kind === 'shared-channel';
  // Only private channels made before March 2021, whose ids begin with G, are still "groups".
  const isGroup = kind === 'private-channel' && channel.id.startsWith('G');
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: kind !== 'group-message' && !isGroup,
    is_group: isGroup,
    is_im: false,
    is_mpim: kind === 'group-message',
    is_private: kind === 'private-channel' || kind === 'group-message',
    is_archived: false,
    is_general: false,
    is_member: channel.botIsMember,
    is_shared: external,
    is_ext_shared: external,
    is_org_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    context_team_id: team,
    shared_team_ids: external ? teamsIn(workspace, channel) : [team],
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  };
}

function teamsIn(workspace: Workspace, channel: PracticeChannel): string[] {
  const teams = channel.members.flatMap(id => workspace.users.get(id)?.teamId ?? []);
  return [...new Set([workspace.seed.team.id, ...teams])];
}
