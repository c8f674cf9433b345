/** Days as people write them; the order is that of a week. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Hours in which nobody is to be disturbed by what can wait. */
export interface QuietHours {
  /** On the wall clock of the zone, `22:00`. */
  readonly from: string;
  /** `07:00`; `24:00` is the end of the day. Before `from`: it is that time of the next day. */
  readonly to: string;
  /** IANA name: its rules say when clocks change. */
  readonly timeZone: string;
  /** Days on which such hours begin; every day when not said. */
  readonly days?: readonly Weekday[];
}

const DAY_MINUTES = 24 * 60;

/**
 * True while one of the quiet hours lasts. What counts is what clocks on the wall show: hours that a change of
 * clocks repeats are quiet twice, and hours that it leaves out do not happen. A zone that this runtime does not know
 * is never quiet: better to be woken than to miss it.
 */
export function isQuiet(quietHours: readonly QuietHours[], atMs: number): boolean {
  return quietHours.some(hours => isWithin(hours, atMs));
}

/** True for a zone whose rules this runtime knows. */
export function isKnownZone(timeZone: string): boolean {
  return wallOf(timeZone) !== undefined;
}

function isWithin({ from, to, timeZone, days = WEEKDAYS }: QuietHours, atMs: number): boolean {
  const wall = wallOf(timeZone)?.(atMs);
  if (wall === undefined) return false;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const begins = (daysAgo: number) => days.includes(WEEKDAYS[(wall.weekday + 7 - daysAgo) % 7] as Weekday);
  if (begin < end) return begins(0) && wall.minutes >= begin && wall.minutes < end;
  // Over midnight: the evening belongs to today, the morning to the night that began yesterday.
  return (begins(0) && wall.minutes >= begin) || (begins(1) && wall.minutes < end);
}

/** `07:30` in minutes since midnight. */
function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return Math.min(DAY_MINUTES, hours * 60 + minutes);
}

interface Wall {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Since midnight. */
  readonly minutes: number;
}
type WallClock = (atMs: number) => Wall;

/** A format costs much more to make than to use, and a registry names few zones. */
const clocks = new Map<string, WallClock | undefined>();

function wallOf(timeZone: string): WallClock | undefined {
  if (!clocks.has(timeZone)) {
    if (clocks.size > 1_000) clocks.clear();
    clocks.set(timeZone, wallClock(timeZone));
  }
  return clocks.get(timeZone);
}

function wallClock(timeZone: string): WallClock | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
  return atMs => {
    const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return {
      weekday: WEEKDAYS.indexOf((part.weekday ?? '').toLowerCase() as Weekday),
      minutes: Number(part.hour) * 60 + Number(part.minute),
    };
  };
}
