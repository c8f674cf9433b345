import type { Snapshot, SnapshotMessage } from '../slack/page-protocol.ts';
import type { PracticeChannel } from '../slack/workspace.ts';
import type { Reader } from './date-text.ts';

/** Slack's stamp is seconds since 1970 with a serial number behind the point. */
export function stampMs(ts: string): number {
  return Number(ts) * 1000;
}

export function readerOf(snapshot: Snapshot, nowMs: number): Reader {
  return { tz: snapshot.users.find(user => user.id === snapshot.me)?.tz ?? 'UTC', nowMs };
}

function isReply(message: SnapshotMessage): boolean {
  return message.threadTs !== undefined && message.threadTs !== message.ts;
}

/** What stands in the channel itself, oldest first. */
export function rootsOf(snapshot: Snapshot, channel: string): readonly SnapshotMessage[] {
  return snapshot.messages.filter(message => message.channel === channel && !isReply(message));
}

export function repliesOf(snapshot: Snapshot, channel: string, ts: string): readonly SnapshotMessage[] {
  return snapshot.messages.filter(m => m.channel === channel && isReply(m) && m.threadTs === ts);
}

/** Slack leaves out name and face when somebody goes on within five minutes. */
const SAME_BREATH_MS = 5 * 60_000;

export function goesOn(message: SnapshotMessage, before: SnapshotMessage | undefined): boolean {
  return (
    before !== undefined &&
    before.user === message.user &&
    before.ephemeral === message.ephemeral &&
    stampMs(message.ts) - stampMs(before.ts) < SAME_BREATH_MS
  );
}

/** The person's direct message with the app, once the app has written to them. */
export function appMessages(snapshot: Snapshot): PracticeChannel | undefined {
  const { channels, app } = snapshot;
  return channels.find(({ kind, members }) => kind === 'direct-message' && members.includes(app.botUserId));
}

/** `#inc-checkout`, or the people of a direct message. */
export function channelTitle(channel: PracticeChannel, snapshot: Snapshot): string {
  if (channel.kind !== 'direct-message' && channel.kind !== 'group-message') return `#${channel.name}`;
  const others = channel.members.filter(id => id !== snapshot.me);
  const names = others.map(id => snapshot.users.find(user => user.id === id)?.realName ?? id);
  return names.join(', ') || channel.name;
}
