import { offsetAt } from '../../src/signals/zone-rules.ts';

/** Now, and the zone (IANA name) in which a person means and reads times. */
export interface WallZone {
  readonly nowMs: number;
  readonly timeZone: string;
}

const DAY_MS = 86_400_000;

/**
 * An instant (epoch ms) as a clock on the wall shows it: `2026-11-22 02:05`, with seconds where there are any.
 *
 * @param zoneSaid `UTC` or `+01:00`, in place of the person's zone
 */
export function wallStamp(ms: number, { timeZone }: WallZone, zoneSaid?: string): string {
  const stamp = new Date(ms + offsetOf(ms, timeZone, zoneSaid)).toISOString().replace('T', ' ');
  return stamp.slice(17, 19) === '00' ? stamp.slice(0, 16) : stamp.slice(0, 19);
}

/** Today's date there: `2026-11-22`. */
export function dayOf(zone: WallZone, zoneSaid?: string): string {
  return wallStamp(zone.nowMs, zone, zoneSaid).slice(0, 10);
}

/** The date so many days later; the text itself, or another one, for a date that does not exist. */
export function nextDay(day: string, days: number): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? '' : new Date(ms + days * DAY_MS).toISOString().slice(0, 10);
}

function offsetOf(ms: number, timeZone: string, zoneSaid?: string): number {
  const fixed = /^(?<sign>[+-])(?<hours>\d\d):?(?<minutes>\d\d)$/.exec(zoneSaid ?? '')?.groups;
  if (fixed)
    return (fixed.sign === '-' ? -1 : 1) * (Number(fixed.hours) * 60 + Number(fixed.minutes)) * 60_000;
  return zoneSaid === 'UTC' ? 0 : offsetAt(ms, { errorMs: 0, timeZone, assumed: false });
}
