import type { AlertGroup } from './alert-group.ts';

/** What people are told of a group now. */
export interface AlertTelling {
  /** The words of the thread's first message: an edit, which pings nobody. */
  readonly edit: boolean;
  /** A reply of its own that it is over. */
  readonly endReply: boolean;
  readonly because: 'nothing-new' | 'told-just-now' | 'changed' | 'over' | 'over-again';
  /** When to look again, where something new has to wait. */
  readonly notBeforeMs?: number;
}

/** Six edits a minute at most, whatever comes. */
export const TELL_EVERY_MS = 10_000;
/** One that comes and goes says once that it is over; the rest is in the edits. */
const END_SAID_EVERY_MS = 30 * 60_000;

/** Whether people are told of a group now, and how. */
export function tellingOf(group: AlertGroup, nowMs: number): AlertTelling {
  if (!group.untold) return { edit: false, endReply: false, because: 'nothing-new' };
  const notBeforeMs = group.toldAtMs + TELL_EVERY_MS;
  // A clock that was set back must not hold a telling up for longer than it ever waits.
  if (nowMs < notBeforeMs && notBeforeMs - nowMs <= TELL_EVERY_MS)
    return { edit: false, endReply: false, because: 'told-just-now', notBeforeMs };
  if (group.state === 'firing') return { edit: true, endReply: false, because: 'changed' };
  const said = group.endSaidAtMs;
  const lately = said !== undefined && said <= nowMs && nowMs - said < END_SAID_EVERY_MS;
  return { edit: true, endReply: !lately, because: lately ? 'over-again' : 'over' };
}

/** The group once people were told so. */
export function told(group: AlertGroup, telling: AlertTelling, nowMs: number): AlertGroup {
  if (!telling.edit) return group;
  return { ...group, untold: false, toldAtMs: nowMs, ...(telling.endReply && { endSaidAtMs: nowMs }) };
}
