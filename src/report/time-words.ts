const UTC = 'UTC';

interface Parts {
  readonly date: string;
  readonly minute: string;
  readonly second: string;
}

/** A zone and what prints its times. Making these takes a hundred times longer than using them. */
interface Zone {
  readonly name: string;
  readonly clock: Intl.DateTimeFormat;
  readonly offset: Intl.DateTimeFormat;
}

/** Names come from people and servers: what they send must not fill the memory. */
const MOST_ZONES = 1_000;
const zones = new Map<string, Zone>();

/** An unknown zone is taken for UTC: a report must not fail for it. */
function zoneOf(timeZone: string): Zone {
  const kept = zones.get(timeZone);
  if (kept !== undefined) return kept;
  if (zones.size >= MOST_ZONES) zones.clear();
  const zone = madeZone(timeZone) ?? zoneOf(UTC);
  zones.set(timeZone, zone);
  return zone;
}

function madeZone(timeZone: string): Zone | undefined {
  try {
    return {
      name: timeZone,
      clock: new Intl.DateTimeFormat('en-GB', {
        timeZone,
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      }),
      offset: new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'shortOffset' }),
    };
  } catch {
    return undefined;
  }
}

/** The wall clock of a zone at an instant. */
function partsAt(atMs: number, timeZone: string): Parts {
  const { clock } = zoneOf(timeZone);
  const part = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const minute = `${part.hour}:${part.minute}`;
  // ICU versions differ over "Sep" and "Sept"; three letters keep columns straight.
  return {
    date: `${part.day} ${part.month?.slice(0, 3)} ${part.year}`,
    minute,
    second: `${minute}:${part.second}`,
  };
}

/** The zone itself when this runtime knows it, else `UTC`. */
export function knownZone(timeZone: string): string {
  return zoneOf(timeZone).name;
}

/** `10:11:37`, or `10:11` where seconds would say nothing. */
export function clockWords(atMs: number, timeZone: string, detail: 'minute' | 'second' = 'second'): string {
  return partsAt(atMs, timeZone)[detail];
}

/** `22 Nov`: for the axis of a chart that spans days. */
export function dayWords(atMs: number, timeZone: string): string {
  return partsAt(atMs, timeZone).date.replace(/ \d+$/, '');
}

/** How a person names the zone at that instant: `UTC`, `Europe/Berlin (UTC+1)`. */
export function zoneWords(atMs: number, timeZone: string): string {
  const { name: zone, offset } = zoneOf(timeZone);
  if (zone === UTC) return UTC;
  const name = offset.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${zone} (${name.replace('GMT', 'UTC')})`;
}

/** True when the zone's clock reads the same as UTC's at that instant: then one of them is enough. */
export function readsAsUtc(atMs: number, timeZone: string): boolean {
  const there = partsAt(atMs, timeZone);
  const utc = partsAt(atMs, UTC);
  return there.second === utc.second && there.date === utc.date;
}

/** An instant with date: `22 Nov 2026 11:11:37 Europe/Berlin (UTC+1), 10:11:37 UTC`. */
export function instantWords(atMs: number, timeZone: string): string {
  const utc = partsAt(atMs, UTC);
  if (readsAsUtc(atMs, timeZone)) return `${utc.date} ${utc.second} UTC`;
  const there = partsAt(atMs, timeZone);
  const utcDay = utc.date === there.date ? '' : `${utc.date} `;
  return `${there.date} ${there.second} ${zoneWords(atMs, timeZone)}, ${utcDay}${utc.second} UTC`;
}

/** Both ends of a window in the reader's zone and in UTC, each date said once. */
export function windowWords(fromMs: number, toMs: number, timeZone: string): string {
  const zone = zoneWords(fromMs, timeZone);
  const utc = spanWords(fromMs, toMs, UTC);
  if (readsAsUtc(fromMs, timeZone) && readsAsUtc(toMs, timeZone)) return `${utc} UTC`;
  const sameDay = partsAt(fromMs, UTC).date === partsAt(fromMs, timeZone).date;
  const oneDay = partsAt(fromMs, UTC).date === partsAt(toMs, UTC).date;
  const short = sameDay && oneDay ? utc.replace(partsAt(fromMs, UTC).date, '').trim() : utc;
  return `${spanWords(fromMs, toMs, timeZone)} ${zone}, ${short} UTC`;
}

function spanWords(fromMs: number, toMs: number, timeZone: string): string {
  const from = partsAt(fromMs, timeZone);
  const to = partsAt(toMs, timeZone);
  // Below ten minutes the seconds are what the reader compares with the logs.
  const detail = toMs - fromMs < 10 * 60_000 ? 'second' : 'minute';
  const end = from.date === to.date ? to[detail] : `${to.date} ${to[detail]}`;
  return `${from.date} ${from[detail]} – ${end}`;
}

const SPANS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** The largest units that matter, two when not said: `1 min 27 s`, `2 h`, `7 d`. */
export function durationWords(ms: number, units: 1 | 2 = 2): string {
  if (ms < 1_000) return 'under 1 s';
  let rest = Math.round(ms / 1_000) * 1_000;
  const words: string[] = [];
  for (const [spanMs, name] of SPANS) {
    const count = Math.floor(rest / spanMs);
    rest -= count * spanMs;
    if (count > 0) words.push(`${count} ${name}`);
    else if (words.length > 0) break;
    if (words.length === units) break;
  }
  return words.join(' ');
}
