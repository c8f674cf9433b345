import type { Snapshot, SnapshotMessage } from '../slack/page-protocol.ts';
import { authorOf } from './people.ts';

/**
 * What a screen reader says about the difference of two snapshots: messages of others in the open channel,
 * and root messages that were edited, for that is how a verdict arrives.
 */
export function news(before: Snapshot, after: Snapshot, channel: string | undefined): string {
  if (before.me !== after.me) return '';
  const known = new Map(before.messages.map(message => [message.channel + message.ts, message.text]));
  const told = after.messages.flatMap(message => {
    if (message.channel !== channel || message.user === after.me) return [];
    const text = known.get(message.channel + message.ts);
    if (text === undefined) return [spoken(message, after)];
    return message.threadTs === undefined && text !== message.text
      ? [spoken(message, after, ', edited')]
      : [];
  });
  return told.join('. ');
}

function spoken(message: SnapshotMessage, snapshot: Snapshot, how = ''): string {
  const files = message.files.map(file => file.altText || file.title).join(', ');
  return `${authorOf(message.user, snapshot).name}${how}: ${message.text || files}`;
}
