import type { WebClient } from '@slack/web-api';
import type { Person, Place } from '../../src/policy/access.ts';

type SlackUser = NonNullable<Awaited<ReturnType<WebClient['users']['info']>>['user']>;
type SlackChannel = NonNullable<Awaited<ReturnType<WebClient['conversations']['info']>>['channel']>;

/** What an account is; its fields: docs.slack.dev/reference/objects/user-object. */
export function personKindOf(user: SlackUser | undefined): Person['kind'] {
  if (!user?.team_id) return 'unknown';
  if (user.deleted) return 'deactivated';
  if (user.is_bot || user.id === 'USLACKBOT') return 'bot';
  if (user.is_stranger) return 'stranger';
  if (user.is_restricted || user.is_ultra_restricted) return 'guest';
  return 'member';
}

/** What a conversation is; its fields: docs.slack.dev/reference/objects/conversation-object. */
export function placeKindOf(channel: SlackChannel): Place['kind'] {
  if (channel.is_ext_shared || channel.is_pending_ext_shared) return 'shared-channel';
  if (channel.is_im) return 'direct-message';
  if (channel.is_mpim) return 'group-message';
  return channel.is_private ? 'private-channel' : 'channel';
}
