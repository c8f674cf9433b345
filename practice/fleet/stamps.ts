import { offsetMinutes } from '../../src/signals/host-clock.ts';
import type { HostClock } from '../../src/signals/host-state.ts';
import { localOffset, offsetAt } from '../../src/signals/zone-rules.ts';

/** How far the dates of a recording move, and the clock of the host that printed them. */
export interface Shift {
  /** Whole seconds; fractions of stamps stay as they are. */
  readonly seconds: number;
  readonly clock: HostClock;
  /** When the recording ends: the year of dates that print none. */
  readonly endedAtMs: number;
}

/** `2026/11/22 10:11:37`: NGINX's error log, local time. */
export const SLASHED =
  /(?<![\d/])(?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d) (?<time>\d\d:\d\d:\d\d)(?!\d)/dg;
/** `22/Nov/2026:10:11:24 +0000`: `$time_local` and Gunicorn's access log. */
export const TIME_LOCAL =
  /(?<!\d)(?<day>\d\d)\/(?<monthName>[A-Z][a-z]{2})\/(?<year>\d{4}):(?<time>\d\d:\d\d:\d\d) (?<zone>[+-]\d{4})(?!\d)/dg;
/** `[Sun ]2026-11-22[T ]10:11:37[.123456][ +0000]`: ISO 8601, Gunicorn, systemd. */
export const ISO =
  /(?:\b(?<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?<!\d)(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[T ](?<time>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?: ?(?<zone>(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?![A-Za-z\d])))?/dg;
/** `Sun Nov 22 10:17:08 2026`: `dmesg -T` and `ps -o lstart`, local time. */
export const CTIME =
  /\b(?<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<monthName>[A-Z][a-z]{2}) (?<spacedDay>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})(?!\d)/dg;
/** `Nov 22 10:13:15` at the begin of a line: syslog files, local time and no year. */
export const SYSLOG = /^(?<monthName>[A-Z][a-z]{2}) (?<spacedDay>[ \d]\d) (?<time>\d\d:\d\d:\d\d)(?!\d)/dg;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A date that was found in a text. */
interface Stamp {
  readonly epochMs: number;
  /** Minutes east of UTC that it was printed with; undefined when the host's zone says it. */
  readonly printedMinutes?: number;
  /** It says UTC by name: no summer time ever moves it. */
  readonly isUtc: boolean;
}

/**
 * Moves every date of the given form; `chosen` can leave some alone. Each field keeps its width, so a text
 * never changes its length.
 */
export function shiftStamps(
  text: string,
  form: RegExp,
  shift: Shift,
  chosen: (epochMs: number) => boolean = () => true,
): string {
  const year = new Date(shift.endedAtMs).getUTCFullYear();
  let out = '';
  let done = 0;
  for (const match of text.matchAll(form)) {
    const stamp = stampOf(match, shift.clock, year);
    if (stamp === undefined || !chosen(stamp.epochMs)) continue;
    const fields = fieldsOf(stamp, shift);
    const spans = Object.entries(match.indices?.groups ?? {})
      .flatMap(([name, span]) => (span === undefined ? [] : [{ name, from: span[0], to: span[1] }]))
      .sort((a, b) => a.from - b.from);
    for (const { name, from, to } of spans) {
      out += text.slice(done, from) + fields(name, text.slice(from, to));
      done = to;
    }
  }
  return done === 0 ? text : out + text.slice(done);
}

/** The instant of the first date of any of the forms, epoch ms. */
export function firstInstant(text: string, forms: readonly RegExp[], clock: HostClock): number | undefined {
  let first: { at: number; epochMs: number } | undefined;
  for (const form of forms) {
    for (const match of text.matchAll(form)) {
      const stamp = stampOf(match, clock);
      if (stamp === undefined) continue;
      if (first === undefined || match.index < first.at) first = { at: match.index, epochMs: stamp.epochMs };
      break;
    }
  }
  return first?.epochMs;
}

/** `+0100` for 60; `colon` prints `+01:00`. */
export function offsetText(minutes: number, colon = false): string {
  const size = Math.abs(minutes);
  const hours = String(Math.trunc(size / 60)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}${colon ? ':' : ''}${String(size % 60).padStart(2, '0')}`;
}

function stampOf(match: RegExpExecArray, clock: HostClock, yearOfText?: number): Stamp | undefined {
  const { year, month, monthName, day, spacedDay, time, zone } = match.groups ?? {};
  const monthIndex = monthName === undefined ? Number(month) - 1 : MONTHS.indexOf(monthName);
  const [hours = 0, minutes = 0, seconds = 0] = (time ?? '').split(':').map(Number);
  const years = year === undefined ? yearOfText : Number(year);
  const days = Number(day ?? spacedDay);
  if (years === undefined || monthIndex < 0 || monthIndex > 11 || days < 1 || days > 31 || hours > 23)
    return undefined;
  const wallMs = Date.UTC(years, monthIndex, days, hours, minutes, seconds);
  if (zone === undefined) return { epochMs: wallMs - localOffset(wallMs, clock).offsetMs, isUtc: false };
  const isUtc = /^[A-Z]/.test(zone);
  const printedMinutes = isUtc ? 0 : (offsetMinutes(zone) ?? 0);
  return { epochMs: wallMs - printedMinutes * 60_000, printedMinutes, isUtc };
}

/** What each field of the date reads after the shift. */
function fieldsOf(stamp: Stamp, { seconds, clock }: Shift): (name: string, before: string) => string {
  const epochMs = stamp.epochMs + seconds * 1000;
  // What was printed in the host's own zone follows its summer time; another offset (an app in UTC) stays.
  const { printedMinutes, isUtc } = stamp;
  const own =
    !isUtc && (printedMinutes === undefined || printedMinutes === offsetAt(stamp.epochMs, clock) / 60_000);
  const minutes = own ? offsetAt(epochMs, clock) / 60_000 : (printedMinutes ?? 0);
  const shown = new Date(epochMs + minutes * 60_000);
  return (name, before) => {
    switch (name) {
      case 'year':
        return String(shown.getUTCFullYear()).padStart(4, '0');
      case 'month':
        return String(shown.getUTCMonth() + 1).padStart(2, '0');
      case 'monthName':
        return MONTHS[shown.getUTCMonth()] ?? before;
      case 'weekday':
        return WEEKDAYS[shown.getUTCDay()] ?? before;
      case 'day':
        return String(shown.getUTCDate()).padStart(2, '0');
      case 'spacedDay':
        return String(shown.getUTCDate()).padStart(2, ' ');
      case 'time':
        return shown.toISOString().slice(11, 19);
      default:
        return /^[A-Z]/.test(before)
          ? before
          : offsetText(minutes, before.includes(':')).slice(0, before.length);
    }
  };
}
