/** What a person may do, each role with all that the ones before it may. */
export const ROLES = ['viewer', 'requester', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who has a role: ids of people (`U…`, `W…`) and of user groups (`S…`). */
export type RoleHolders = ReadonlyMap<Role, readonly string[]>;

export interface Team {
  readonly id: string;
  readonly roles: RoleHolders;
}

/** Who may do what in chat, as `staunch.yml` says it. Empty means nobody. */
export interface Access {
  /** Roles over every service. */
  readonly roles: RoleHolders;
  readonly teams: ReadonlyMap<string, Team>;
  /** Workspaces (`T…`) besides the app's own whose people may ask. */
  readonly workspaces: readonly string[];
  /** Externally shared channels (`C…`) in which Staunch may speak all the same. */
  readonly sharedChannels: readonly string[];
}

/** What of a service matters for who may ask. */
export interface ServiceAccess {
  readonly id: string;
  /** Roles of this team count for the service, besides those over every service. */
  readonly team?: string;
  /** Ids of the channels the service is spoken of in; empty = any channel that is not shared. */
  readonly channels: readonly string[];
}

/** A person as the chat describes them at the time of asking. */
export interface Person {
  readonly id: string;
  readonly workspace: string;
  /** `unknown`: the chat could not be asked. */
  readonly kind: 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger' | 'unknown';
  /** Ids of the user groups they are in; undefined when that could not be found out. */
  readonly groups: readonly string[] | undefined;
}

/** Where something is asked. `unknown`: the chat could not be asked. */
export interface Place {
  readonly id: string;
  readonly kind:
    | 'channel'
    | 'private-channel'
    | 'direct-message'
    | 'group-message'
    | 'shared-channel'
    | 'home'
    | 'unknown';
}

/** `view` what was found, `diagnose`, `approve` a change, `administer` Staunch itself. */
export const ACTIONS = ['view', 'diagnose', 'approve', 'administer'] as const;
export type Action = (typeof ACTIONS)[number];
