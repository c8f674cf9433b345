import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLEET_CONFIG } from '../../../practice/fleet/open-fleet.ts';
import { PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import type { PracticeChannel, PracticeUser, WorkspaceSeed } from '../../../practice/slack/workspace.ts';
import { temporaryFolder, U } from './practised-staunch.ts';

/** People that the practice Slack has no example of. Each is in a group that may ask. */
export const MORE_PEOPLE = {
  robot: 'U0ROBOT',
  olga: 'U0OLGA',
  mia: 'U0MIA',
} as const;

export const MORE_CHANNELS = {
  /** No service is bound to it. */
  elsewhere: 'C0ELSEWHERE',
  shared: 'C0SHARED',
  /** The app is not in it. */
  notMember: 'C0NOTMEMBER',
  groupMessage: 'C0GROUPMESSAGE',
  /** Private, without the app: Slack tells nothing about it. */
  hidden: 'C0HIDDEN',
} as const;

const APP_USER = 'U0PRACTICEBOT';
export const directMessageWith = (person: string) => person.replace(/^U/, 'D');

const person = (id: string, rest: Partial<PracticeUser>): PracticeUser => ({
  id,
  name: id.slice(2).toLowerCase(),
  realName: id,
  teamId: PRACTICE_SEED.team.id,
  kind: 'member',
  tz: 'Etc/UTC',
  ...rest,
});

const users: readonly PracticeUser[] = [
  ...PRACTICE_SEED.users,
  person(MORE_PEOPLE.robot, { kind: 'bot' }),
  person(MORE_PEOPLE.olga, { kind: 'deactivated' }),
  person(MORE_PEOPLE.mia, { teamId: 'T0ELSEWHERE' }),
];
const everybody = users.map(({ id }) => id);

const channel = (id: string, rest: Partial<PracticeChannel> = {}): PracticeChannel => ({
  id,
  name: id.slice(2).toLowerCase(),
  kind: 'channel',
  topic: '',
  botIsMember: true,
  members: everybody,
  ...rest,
});

/** Further channels that are in no other way special: `C0ROOM1`, `C0ROOM2`… */
export function rooms(count: number): PracticeChannel[] {
  return Array.from({ length: count }, (_, index) => channel(`C0ROOM${index + 1}`));
}

/** The practice workspace, with a person and a channel of each kind; everybody is in every channel. */
export const COMPANY: WorkspaceSeed = {
  ...PRACTICE_SEED,
  users,
  channels: [
    ...PRACTICE_SEED.channels
      .filter(({ kind }) => kind !== 'direct-message')
      .map(each => ({ ...each, members: everybody })),
    channel(MORE_CHANNELS.elsewhere),
    channel(MORE_CHANNELS.shared, { kind: 'shared-channel' }),
    channel(MORE_CHANNELS.notMember, { botIsMember: false }),
    channel(MORE_CHANNELS.groupMessage, { kind: 'group-message' }),
    channel(MORE_CHANNELS.hidden, { kind: 'private-channel', botIsMember: false }),
    ...everybody.map(id =>
      channel(directMessageWith(id), { kind: 'direct-message', members: [id, APP_USER] }),
    ),
  ],
  // A role alone opens nothing to those whom Staunch does not answer.
  userGroups: PRACTICE_SEED.userGroups.map(group =>
    group.handle === 'oncall'
      ? { ...group, users: [...group.users, U.gus, U.xenia, ...Object.values(MORE_PEOPLE)] }
      : group,
  ),
};

/** A staunch.yml of the demo fleet that a test may change. */
export function ownConfig(change: (text: string) => string = text => text): string {
  const file = join(temporaryFolder(), 'staunch.yml');
  writeFileSync(file, change(readFileSync(FLEET_CONFIG, 'utf8')));
  return file;
}
