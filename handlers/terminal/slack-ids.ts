import type { Registry } from '../../src/inventory/registry.ts';
import type { RoleHolders } from '../../src/policy/access.ts';
import { type CheckLines, counted } from './check-lines.ts';
import { EXIT } from './context.ts';
import {
  reasonWords,
  type SlackAnswer,
  type SlackChannel,
  type SlackGroup,
  type SlackIdentity,
  type SlackProbe,
  type SlackUser,
} from './slack-probe-port.ts';

export interface IdsContext {
  readonly identity: SlackIdentity;
  readonly probe: SlackProbe;
  readonly lines: CheckLines;
  readonly cancel: AbortSignal;
}

/** An id and where `staunch.yml` names it. */
type Named = ReadonlyMap<string, readonly string[]>;

/** Looks up every person, user group, channel and workspace that `staunch.yml` names: an id shows no name. */
export async function checkIds(registry: Registry, context: IdsContext): Promise<void> {
  const { access } = registry;
  const holders = holdersOf(registry);
  const groups = [...holders].filter(([id]) => id.startsWith('S'));
  const people = [...holders].filter(([id]) => !id.startsWith('S'));
  const found: boolean[] = [];
  if (groups.length > 0) {
    const answer = await context.probe.groups();
    for (const [id, places] of groups) found.push(tellGroup(id, places, answer, context));
  }
  for (const [id, places] of people) {
    if (context.cancel.aborted) return;
    const answer = await context.probe.user(id);
    found.push(tellUser(named(id, places), answer, access.workspaces, context));
  }
  for (const [id, places] of channelsOf(registry)) {
    if (context.cancel.aborted) return;
    const isAllowed = access.sharedChannels.includes(id);
    found.push(tellChannel(named(id, places), await context.probe.channel(id), isAllowed, context));
  }
  const { lines, identity } = context;
  if (found.length > 1 && !found.includes(true))
    lines.wrong(
      `none of these ${found.length} IDs is known in ${identity.team}: the tokens or the IDs are probably those of another workspace`,
    );
  for (const id of access.workspaces) {
    if (id === identity.teamId)
      lines.note(`${id} (slack.workspaces) is the app's own workspace, which is always allowed`);
    else lines.note(`${id} (slack.workspaces): its people may ask. Slack does not tell this app its name`);
  }
}

function named(id: string, places: readonly string[]): string {
  const [first = '', second, ...more] = places;
  const rest = second === undefined ? '' : `, ${second}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  return `${id} (${first}${rest})`;
}

/** Where a user group stands that warnings ping, whether for all services or for one. */
const PING = 'warnings.ping';

function holdersOf({ access, services }: Registry): Named {
  const all = new Map<string, string[]>();
  const collect = (roles: RoleHolders, path: string): void => {
    for (const [role, ids] of roles)
      for (const id of ids) all.set(id, [...(all.get(id) ?? []), `${path}.${role}`]);
  };
  collect(access.roles, 'slack.roles');
  for (const team of access.teams.values()) collect(team.roles, `teams.${team.id}.roles`);
  const pinged = new Set([...services.values()].flatMap(({ warnings }) => warnings.ping ?? []));
  for (const id of pinged) all.set(id, [...(all.get(id) ?? []), PING]);
  return all;
}

function channelsOf({ access, services, auditChannel }: Registry): Named {
  const all = new Map<string, string[]>();
  const add = (id: string, place: string) => all.set(id, [...(all.get(id) ?? []), place]);
  for (const service of services.values())
    for (const id of service.channels) add(id, `services.${service.id}.channels`);
  for (const id of access.sharedChannels) add(id, 'slack.sharedChannels');
  if (auditChannel !== undefined) add(auditChannel, 'slack.auditChannel');
  return all;
}

/** Slack's words for what is not there. */
const ABSENT = new Set(['user_not_found', 'user_not_visible', 'users_not_found', 'channel_not_found']);

/** Tells why nothing is known; answers with whether Slack knows the id all the same. */
function tellUnknown(
  what: string,
  answer: SlackAnswer<unknown> & { readonly ok: false },
  absent: string,
  lines: CheckLines,
): boolean {
  if (answer.refused && ABSENT.has(answer.reason)) {
    lines.wrong(`${what}: ${absent}`);
    return false;
  }
  // A missing scope is told where scopes are; here it only means that nobody could look.
  if (answer.refused) lines.note(`${what}: could not be looked up (${answer.reason})`);
  else lines.wrong(`${what}: could not be looked up: ${reasonWords(answer)}. Try again`, EXIT.unreachable);
  return true;
}

/** Why a kind of account has no role whatever staunch.yml says. */
const REFUSED_KINDS: Readonly<Partial<Record<SlackUser['kind'], string>>> = {
  guest: 'is a guest, and guests are refused',
  bot: 'is a bot, and bots are refused',
  deactivated: 'is deactivated',
  stranger: 'is from outside this workspace, and is refused',
};

function tellUser(
  what: string,
  answer: SlackAnswer<SlackUser>,
  workspaces: readonly string[],
  { identity, lines }: IdsContext,
): boolean {
  if (!answer.ok)
    return tellUnknown(what, answer, 'nobody has this ID. In Slack: profile, ⋮, Copy member ID', lines);
  const { name, kind, workspace } = answer.value;
  const refused = REFUSED_KINDS[kind];
  if (refused !== undefined) lines.wrong(`${what}: ${name} ${refused}. Take the ID out`);
  else if (kind === 'unknown') lines.note(`${what}: ${name}; Slack does not tell what kind of account it is`);
  else if (workspace !== identity.teamId && !workspaces.includes(workspace))
    lines.wrong(
      `${what}: ${name} belongs to the workspace ${workspace}, and is refused unless slack.workspaces names it`,
    );
  else lines.ok(`${what}: ${name}, a member`);
  return true;
}

function tellGroup(
  id: string,
  places: readonly string[],
  answer: SlackAnswer<ReadonlyMap<string, SlackGroup>>,
  { lines }: IdsContext,
): boolean {
  const what = named(id, places);
  const effect = places.every(place => place === PING)
    ? 'nobody is pinged'
    : 'nobody has the role through it';
  const absent = 'no user group has this ID. In Slack: Directory, User groups, the group, ⋮, Copy group ID';
  if (!answer.ok) return tellUnknown(what, answer, absent, lines);
  const group = answer.value.get(id);
  if (!group) {
    lines.wrong(`${what}: ${absent}`);
    return false;
  }
  const { handle, members, isDisabled } = group;
  if (isDisabled) lines.wrong(`${what}: @${handle} is switched off, so ${effect}`);
  else if (members === 0) lines.wrong(`${what}: @${handle} is empty, so ${effect}`);
  else lines.ok(`${what}: @${handle}, ${counted(members, 'person', 'people')}`);
  return true;
}

function tellChannel(
  what: string,
  answer: SlackAnswer<SlackChannel>,
  isAllowed: boolean,
  { identity, lines }: IdsContext,
): boolean {
  const invite = `/invite @${identity.name}`;
  if (!answer.ok) {
    const absent = `there is no such channel, or it is private and Staunch is not in it. Correct the ID, or type ${invite} there`;
    return tellUnknown(what, answer, absent, lines);
  }
  const { name, kind, appIsMember, isArchived } = answer.value;
  const isShared = kind === 'shared-channel';
  const channel = `${what}: #${name}`;
  if (isArchived) lines.wrong(`${channel} is archived, and nothing can be posted there`);
  else if (kind === 'direct-message' || kind === 'group-message')
    lines.wrong(`${channel} is no channel, and Staunch does not speak there`);
  else if (isShared && !isAllowed)
    lines.wrong(
      `${channel} is shared with another company, so Staunch refuses there unless slack.sharedChannels names it`,
    );
  else if (!appIsMember) lines.wrong(`${channel}: Staunch is not in it. Type there: ${invite}`);
  else if (isShared)
    lines.note(`${channel} is shared with another company, and slack.sharedChannels allows it`);
  else if (isAllowed) lines.note(`${channel} is not shared; slack.sharedChannels need not name it`);
  else lines.ok(`${channel}, Staunch is in it`);
  return true;
}
