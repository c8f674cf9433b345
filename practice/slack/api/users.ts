import type { PracticeUser, Workspace } from '../workspace.ts';
import { missingArgument, refusal } from './answer.ts';
import { flagOf, textOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import type { ApiMethod } from './method.ts';
import { page } from './paging.ts';

type Fields = Readonly<Record<string, unknown>>;

/** users.info. */
export const usersInfo: ApiMethod = {
  name: 'users.info',
  scopes: ['users:read'],
  token: 'bot',
  limit: TIER.four,
  run({ args }, workspace) {
    const id = textOf(args, 'user');
    if (id === undefined) return missingArgument('user');
    const user = workspace.users.get(id);
    return user === undefined ? refusal('user_not_found') : { ok: true, user: userObject(workspace, user) };
  },
};

/** users.list: the workspace's own people, deactivated ones too. */
export const usersList: ApiMethod = {
  name: 'users.list',
  scopes: ['users:read'],
  token: 'bot',
  limit: TIER.two,
  run({ args }, workspace) {
    const own = [...workspace.users.values()].filter(user => user.kind !== 'stranger');
    const members = own.map(user => userObject(workspace, user));
    return page(args, 'members', members);
  },
};

/** usergroups.list. */
export const userGroupsList: ApiMethod = {
  name: 'usergroups.list',
  scopes: ['usergroups:read'],
  token: 'bot',
  limit: TIER.two,
  run({ args }, workspace) {
    const usergroups = [...workspace.userGroups.values()].map(group => ({
      id: group.id,
      team_id: workspace.seed.team.id,
      is_usergroup: true,
      is_external: false,
      name: group.name,
      handle: group.handle,
      description: '',
      date_delete: 0,
      prefs: { channels: [], groups: [] },
      ...(flagOf(args, 'include_users') ? { users: enabled(workspace, group.users) } : {}),
      ...(flagOf(args, 'include_count') ? { user_count: enabled(workspace, group.users).length } : {}),
    }));
    return { ok: true, usergroups };
  },
};

/** usergroups.users.list. */
export const userGroupUsers: ApiMethod = {
  name: 'usergroups.users.list',
  scopes: ['usergroups:read'],
  token: 'bot',
  limit: TIER.two,
  run({ args }, workspace) {
    const id = textOf(args, 'usergroup');
    if (id === undefined) return missingArgument('usergroup');
    const group = workspace.userGroups.get(id);
    if (group === undefined) return refusal('no_such_subteam');
    return { ok: true, users: enabled(workspace, group.users) };
  },
};

/** A deactivated person is in no group. */
function enabled(workspace: Workspace, ids: readonly string[]): readonly string[] {
  return ids.filter(id => workspace.users.get(id)?.kind !== 'deactivated');
}

/** docs.slack.dev/reference/objects/user-object. */
function userObject(workspace: Workspace, user: PracticeUser): Fields {
  const isApp = user.id === workspace.botUserId;
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.kind === 'deactivated',
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      team: user.teamId,
      ...(isApp ? { bot_id: workspace.botId, api_app_id: workspace.appId } : {}),
    },
    is_bot: user.kind === 'bot',
    is_app_user: false,
    // Slack tells no more of a deactivated person or one of another workspace.
    ...(user.kind === 'deactivated' ? {} : livelyFields(workspace, user)),
    ...(user.kind === 'stranger' ? { is_stranger: true } : {}),
  };
}

function livelyFields(workspace: Workspace, user: PracticeUser): Fields {
  const rooms = [...workspace.channels.values()].filter(
    ({ kind, members }) => kind !== 'direct-message' && members.includes(user.id),
  );
  const guest = user.kind === 'guest';
  return {
    real_name: user.realName,
    ...zoneOf(user.tz, workspace.nowMs()),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: guest,
    // A guest of one channel only.
    is_ultra_restricted: guest && rooms.length <= 1,
  };
}

/** `tz_offset` is in seconds east of Greenwich, at this time of the year. */
function zoneOf(tz: string, nowMs: number): Fields {
  const part = (timeZoneName: 'long' | 'longOffset') =>
    new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName })
      .formatToParts(nowMs)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const offset = /^GMT(?<sign>[+-])(?<hours>\d\d):(?<minutes>\d\d)/.exec(part('longOffset'))?.groups;
  const seconds = Number(offset?.hours ?? 0) * 3_600 + Number(offset?.minutes ?? 0) * 60;
  return { tz, tz_label: part('long'), tz_offset: offset?.sign === '-' ? -seconds : seconds };
}
