import type { Person, Place } from '../../src/policy/access.ts';

/** What Slack answered. `reason`: its own error word when it refused, else why there was no answer. */
export type SlackAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: boolean; readonly reason: string };

/** Who the bot token is. */
export interface SlackIdentity {
  readonly team: string;
  readonly teamId: string;
  /** The app's name among the people: `staunch`. */
  readonly name: string;
  readonly botUserId: string;
  /** Granted to the token; undefined when Slack did not say. */
  readonly scopes?: readonly string[];
  /** Installed for a whole organisation instead of one workspace. */
  readonly isOrganisation: boolean;
  /** How far this machine's clock is ahead of Slack's, and how exactly that is known; undefined without a date. */
  readonly clock?: { readonly aheadMs: number; readonly errorMs: number };
}

/** What Slack said when a socket was opened. */
export interface SlackConnection {
  /** The app of the app-level token. */
  readonly appId?: string;
  /** Open connections of the app, this one among them. */
  readonly connections?: number;
}

export interface SlackUser {
  readonly name: string;
  readonly kind: Person['kind'];
  readonly workspace: string;
  /** Set on an app's own user. */
  readonly appId?: string;
}

export interface SlackGroup {
  readonly handle: string;
  readonly members: number;
  readonly isDisabled: boolean;
}

export interface SlackChannel {
  readonly name: string;
  readonly kind: Place['kind'];
  readonly appIsMember: boolean;
  readonly isArchived: boolean;
}

/** A message or view as Staunch sends it. */
export interface SlackSample {
  readonly name: string;
  readonly kind: 'message' | 'modal' | 'home';
  readonly payload: object;
}

/**
 * Port: asks Slack and changes nothing there. Waits as long as Slack asks it to, within reason. Implemented by
 * `handlers/slack/slack-probe.ts`.
 */
export interface SlackProbe {
  identity(): Promise<SlackAnswer<SlackIdentity>>;
  /** Opens a socket, waits for Slack's hello and closes it again. */
  connection(): Promise<SlackAnswer<SlackConnection>>;
  user(id: string): Promise<SlackAnswer<SlackUser>>;
  /** Every user group, by its id. */
  groups(): Promise<SlackAnswer<ReadonlyMap<string, SlackGroup>>>;
  channel(id: string): Promise<SlackAnswer<SlackChannel>>;
  /** What Slack's `blocks.validate` says against a sample; empty when nothing. */
  validate(sample: SlackSample): Promise<SlackAnswer<readonly string[]>>;
}

/** Why an answer is missing, for a person. */
export function reasonWords({ refused, reason }: { readonly refused: boolean; readonly reason: string }) {
  return refused ? `Slack refused it: ${reason}` : reason;
}
