import {
  type Access,
  type Action,
  type Person,
  type Place,
  ROLES,
  type Role,
  type RoleHolders,
  type ServiceAccess,
} from './access.ts';

/** Somebody wants something, somewhere. Everything is as it is at the time of asking. */
export interface Asking {
  readonly who: Person;
  readonly where: Place;
  readonly what: Action;
  /** Absent while none is chosen: `view` and `diagnose` then ask for a role over any service at all. */
  readonly service?: ServiceAccess;
  readonly access: Access;
  /** Id (`T…`) of the workspace the app is installed in. */
  readonly ownWorkspace: string;
}

/** Why not, with what a text about it needs. */
export type Refusal =
  /** Nothing could be found out about the person. */
  | { readonly reason: 'unknown-person' }
  | { readonly reason: 'bot' }
  | { readonly reason: 'deactivated' }
  | { readonly reason: 'guest' }
  /** Of a foreign workspace that shares nothing with this one, whatever staunch.yml allows. */
  | { readonly reason: 'stranger' }
  | { readonly reason: 'other-workspace'; readonly workspace: string }
  /** Nothing could be found out about the place. */
  | { readonly reason: 'unknown-place' }
  | { readonly reason: 'group-message' }
  | { readonly reason: 'shared-channel'; readonly channel: string }
  | { readonly reason: 'unknown-action' }
  /** Nobody at all has a role that would do. */
  | {
      readonly reason: 'nobody-configured';
      readonly needed: Role;
      readonly person: string;
      readonly team?: string;
    }
  /** The person has no role by their own id, and which groups they are in could not be found out. */
  | { readonly reason: 'groups-unknown'; readonly needed: Role }
  | {
      readonly reason: 'role-missing';
      readonly needed: Role;
      readonly has?: Role;
      /** Ids of people and user groups whose role would do. */
      readonly holders: readonly string[];
      readonly person: string;
      readonly service?: string;
      readonly team?: string;
    }
  /** The service is spoken of in these channels only. */
  | { readonly reason: 'service-elsewhere'; readonly service: string; readonly channels: readonly string[] }
  /** Staunch may speak in this shared channel, but only of services that name it. */
  | { readonly reason: 'service-not-shared'; readonly service: string; readonly channel: string };

const NEEDED: ReadonlyMap<Action, Role> = new Map([
  ['view', 'viewer'],
  ['diagnose', 'requester'],
  ['approve', 'approver'],
  ['administer', 'admin'],
]);

/**
 * Why the asking is refused; undefined when it is allowed. What is not known is refused. The first of these
 * that fails is told, so that nobody learns about services what their role does not show them:
 * the person's kind, their workspace, the place, the action, the role, the service's channels.
 */
export function refusalOf(asking: Asking): Refusal | undefined {
  const { where, service, access } = asking;
  return (
    personRefusal(asking) ?? placeRefusal(where, access) ?? roleRefusal(asking) ?? elsewhere(where, service)
  );
}

/** The services that may be shown in a list or a picker: those that `what` would be allowed for. */
export function servicesFor<S extends ServiceAccess>(
  asking: Omit<Asking, 'service'>,
  services: Iterable<S>,
): S[] {
  return [...services].filter(service => refusalOf({ ...asking, service }) === undefined);
}

/** The service that is meant in a channel when nobody named one: the only one bound to it. */
export function channelService<S extends ServiceAccess>(
  channelId: string,
  services: Iterable<S>,
): S | undefined {
  const [only, second] = [...services].filter(service => service.channels.includes(channelId));
  return second === undefined ? only : undefined;
}

function personRefusal({ who, access, ownWorkspace }: Asking): Refusal | undefined {
  switch (who.kind) {
    case 'bot':
    case 'deactivated':
    case 'guest':
    case 'stranger':
      return { reason: who.kind };
    case 'member':
      break;
    default:
      return { reason: 'unknown-person' };
  }
  if (who.id === '' || who.workspace === '') return { reason: 'unknown-person' };
  const known = who.workspace === ownWorkspace || access.workspaces.includes(who.workspace);
  return known ? undefined : { reason: 'other-workspace', workspace: who.workspace };
}

function placeRefusal(where: Place, access: Access): Refusal | undefined {
  switch (where.kind) {
    case 'channel':
    case 'private-channel':
    case 'direct-message':
    case 'home':
      return undefined;
    case 'group-message':
      return { reason: 'group-message' };
    case 'shared-channel':
      return access.sharedChannels.includes(where.id)
        ? undefined
        : { reason: 'shared-channel', channel: where.id };
    default:
      return { reason: 'unknown-place' };
  }
}

function roleRefusal({ who, what, service, access }: Asking): Refusal | undefined {
  const needed = NEEDED.get(what);
  if (needed === undefined) return { reason: 'unknown-action' };
  const scopes = scopesOf(what, service, access);
  const holders = holdersOf(needed, scopes);
  const team = service?.team !== undefined && access.teams.has(service.team) ? { team: service.team } : {};
  if (holders.length === 0) return { reason: 'nobody-configured', needed, person: who.id, ...team };
  if (isHeldBy(who, holders)) return undefined;
  // Without their groups it is certain only where people alone hold the role.
  if (who.groups === undefined && holders.some(id => id.startsWith('S')))
    return { reason: 'groups-unknown', needed };
  const has = ROLES.findLast(role => isHeldBy(who, holdersOf(role, scopes)));
  return {
    reason: 'role-missing',
    needed,
    ...(has && { has }),
    holders,
    person: who.id,
    ...(service && { service: service.id }),
    ...team,
  };
}

/** The lists of roles that count: those over every service, and those of the service's team. */
function scopesOf(what: Action, service: ServiceAccess | undefined, access: Access): RoleHolders[] {
  if (service) {
    const team = service.team === undefined ? undefined : access.teams.get(service.team);
    return team ? [access.roles, team.roles] : [access.roles];
  }
  // Before a service is chosen, a role in any team opens the list of that team's services, and nothing else.
  const anyTeam = what === 'view' || what === 'diagnose';
  return [access.roles, ...(anyTeam ? [...access.teams.values()].map(team => team.roles) : [])];
}

/** Ids with the role or a higher one. */
function holdersOf(role: Role, scopes: readonly RoleHolders[]): string[] {
  const enough = ROLES.slice(ROLES.indexOf(role));
  return [...new Set(scopes.flatMap(scope => enough.flatMap(each => scope.get(each) ?? [])))];
}

function isHeldBy(who: Person, holders: readonly string[]): boolean {
  return holders.includes(who.id) || (who.groups ?? []).some(group => holders.includes(group));
}

function elsewhere(where: Place, service: ServiceAccess | undefined): Refusal | undefined {
  if (!service || where.kind === 'home' || where.kind === 'direct-message') return undefined;
  if (service.channels.includes(where.id)) return undefined;
  if (service.channels.length > 0)
    return { reason: 'service-elsewhere', service: service.id, channels: service.channels };
  return where.kind === 'shared-channel'
    ? { reason: 'service-not-shared', service: service.id, channel: where.id }
    : undefined;
}
