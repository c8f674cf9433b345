import type { WebClient } from '@slack/web-api';
import type { Person, Place } from '../../src/policy/access.ts';
import type { Clock, Log } from '../../src/workflows/ports.ts';
import { personKindOf, placeKindOf } from './slack-kinds.ts';

/** What Slack says is believed for this long: roles are meant as they are at the time of a click. */
const BELIEVED_MS = 60_000;
/** A refusal names a few channels or groups; Slack is asked for no more. */
const MOST_NAMES = 5;

/** Somebody who asks, and the zone in which they mean times. */
export interface Asker {
  readonly person: Person;
  readonly timeZone: string;
}

/** A place, and whether the app is in it: elsewhere it cannot post. */
export interface Spot {
  readonly place: Place;
  readonly appIsMember: boolean;
}

interface UserGroup {
  readonly members: ReadonlySet<string>;
  readonly handle?: string;
}

/**
 * Who people are and where they ask, as Slack tells at the time of asking. What Slack does not answer is
 * `unknown`, and unknown is refused.
 */
export class People {
  readonly #client: WebClient;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #kept = new Map<string, { readonly value: Promise<unknown>; readonly atMs: number }>();

  /** @param client gives up within seconds: a person waits */
  constructor(client: WebClient, clock: Clock, log: Log) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  async asker(userId: string): Promise<Asker> {
    const [user, groups] = await Promise.all([this.#user(userId), this.#groups()]);
    return {
      person: {
        id: userId,
        workspace: user?.team_id ?? '',
        kind: personKindOf(user),
        groups: groups && [...groups].filter(([, group]) => group.members.has(userId)).map(([id]) => id),
      },
      timeZone: user?.tz ?? 'UTC',
    };
  }

  async spot(channelId: string): Promise<Spot> {
    // The app is always in its own conversation with a person; in others it cannot post, and says so then.
    if (/^[DUW]/.test(channelId))
      return { place: { id: channelId, kind: 'direct-message' }, appIsMember: true };
    const channel = await this.#channel(channelId);
    if (!channel) return { place: { id: channelId, kind: 'unknown' }, appIsMember: false };
    const kind = placeKindOf(channel);
    return { place: { id: channelId, kind }, appIsMember: channel.is_member === true };
  }

  /** What people call ids of channels, groups and colleagues: `#incidents`, `@oncall`, `Ana`. */
  async names(ids: readonly string[]): Promise<(id: string) => string | undefined> {
    const named = await Promise.all(
      ids.slice(0, MOST_NAMES).map(async id => [id, await this.#nameOf(id)] as const),
    );
    const names = new Map(named);
    return id => names.get(id);
  }

  async #nameOf(id: string): Promise<string | undefined> {
    if (id.startsWith('S')) {
      const handle = (await this.#groups())?.get(id)?.handle;
      return handle && `@${handle}`;
    }
    if (/^[CG]/.test(id)) {
      const name = (await this.#channel(id))?.name;
      return name && `#${name}`;
    }
    const user = await this.#user(id);
    return user?.profile?.display_name || user?.real_name || user?.name;
  }

  /** Members of every user group, in one call; undefined when Slack does not answer. */
  #groups(): Promise<ReadonlyMap<string, UserGroup> | undefined> {
    return this.#ask('groups', async () => {
      const { usergroups = [] } = await this.#client.usergroups.list({ include_users: true });
      return new Map(
        usergroups.map(group => [
          group.id ?? '',
          { members: new Set(group.users ?? []), ...(group.handle && { handle: group.handle }) },
        ]),
      );
    });
  }

  #user(id: string) {
    return this.#ask(`user/${id}`, async () => (await this.#client.users.info({ user: id })).user);
  }

  #channel(id: string) {
    return this.#ask(
      `channel/${id}`,
      async () => (await this.#client.conversations.info({ channel: id })).channel,
    );
  }

  /** Asks once for all who wait, and keeps an answer for a minute; a failure is not kept. */
  async #ask<T>(key: string, ask: () => Promise<T>): Promise<T | undefined> {
    const nowMs = this.#clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept && nowMs - kept.atMs < BELIEVED_MS) return kept.value as Promise<T | undefined>;
    const value = ask().catch(error => {
      this.#kept.delete(key);
      this.#log.warn({ asked: key, error: String(error) }, 'Slack did not tell who or where somebody is');
      return undefined;
    });
    this.#forgetOld(nowMs);
    this.#kept.set(key, { value, atMs: nowMs });
    return value;
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#kept) if (nowMs - atMs >= BELIEVED_MS) this.#kept.delete(key);
  }
}
