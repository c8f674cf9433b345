import type { AppDeclaration, PracticeChannel, PracticeUser, Workspace, WorkspaceSeed } from './workspace.ts';

/** The app's ids in every practice workspace. */
const APP = { appId: 'A0PRACTICE', botId: 'B0PRACTICE', botUserId: 'U0PRACTICEBOT' } as const;

/** Fills a workspace from its seed, with the declared app installed. */
export function openWorkspace(
  seed: WorkspaceSeed,
  app: AppDeclaration,
  world: { readonly nowMs: () => number; readonly changed: () => void },
): Workspace {
  const bot: PracticeUser = {
    id: APP.botUserId,
    name: app.botName,
    realName: app.name,
    teamId: seed.team.id,
    kind: 'bot',
    tz: 'Etc/UTC',
  };
  let lastTsMicros = 0;
  let ids = 0;
  return {
    seed,
    app,
    ...APP,
    users: new Map([...seed.users, bot].map(user => [user.id, user])),
    // A copy: whether the app is a member changes while people practise.
    channels: new Map(
      [...seed.channels, ...directMessages(seed, app)].map(channel => [channel.id, { ...channel }]),
    ),
    userGroups: new Map(seed.userGroups.map(group => [group.id, group])),
    messages: new Map(),
    files: new Map(),
    modals: new Map(),
    homes: new Map(),
    triggers: new Map(),
    nextTs() {
      lastTsMicros = Math.max(lastTsMicros + 100, Math.floor(world.nowMs()) * 1000);
      const seconds = Math.floor(lastTsMicros / 1e6);
      return `${seconds}.${String(lastTsMicros % 1e6).padStart(6, '0')}`;
    },
    nextId: prefix => {
      ids += 1;
      return `${prefix}0PRACTICE${ids}`;
    },
    nowMs: world.nowMs,
    changed: world.changed,
  };
}

/** The app's Messages tab is a direct message with each person of the workspace. */
function directMessages({ users, channels }: WorkspaceSeed, app: AppDeclaration): PracticeChannel[] {
  if (app.messagesTab === 'off') return [];
  const has = (id: string) =>
    channels.some(({ kind, members }) => kind === 'direct-message' && members.includes(id));
  return users
    .filter(({ id, kind }) => (kind === 'member' || kind === 'guest') && !has(id))
    .map(({ id }) => ({
      id: id.replace(/^./, 'D'),
      name: '',
      kind: 'direct-message',
      topic: '',
      botIsMember: true,
      members: [id, APP.botUserId],
    }));
}
