import { isQuiet, type Weekday } from './quiet-hours.ts';

/**
 * A time in which nothing is changed. With times of day (`22:00`) it comes back on its days; with dates
 * (`2026-12-20 00:00`) it comes once. What clocks on the wall of the zone show counts; `to` is no longer part of it.
 */
export interface Freeze {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** Days on which a daily one begins; every day when not said. */
  readonly days?: readonly Weekday[];
  /** For people. */
  readonly reason?: string;
}

const DATED = /^\d{4}-\d\d-\d\d /;

/** The freeze that lasts at this moment. One whose zone or times cannot be understood lasts always: deny by default. */
export function freezeAt(freezes: readonly Freeze[], atMs: number): Freeze | undefined {
  return freezes.find(freeze => {
    const wall = wallTime(freeze.timeZone, atMs);
    if (wall === undefined) return true;
    if (!DATED.test(freeze.from)) return isQuiet([freeze], atMs);
    return freeze.from <= wall && wall < freeze.to;
  });
}

/** `2026-12-20 09:05`: what sorts as text sorts as time. */
function wallTime(timeZone: string, atMs: number): string | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}
