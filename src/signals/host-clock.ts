import { answerLines, known } from './answer-lines.ts';
import type { HostClock } from './host-state.ts';

/** When a question was sent and its answer came, epoch ms by this machine's clock. */
interface RoundTrip {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/**
 * Reads the `clock` answer: `epoch=1795342291.52` `zone=Europe/Berlin` `utc_offset=+0100` `boot_epoch=…`.
 * With the round trip it measures the server's clock against ours; without (a bundle) there is no offset.
 * Undefined when neither the time nor the zone is there.
 */
export function readHostClock(text: string, roundTrip?: RoundTrip): HostClock | undefined {
  const values = clockValues(text);
  const epoch = values.get('epoch') ?? '';
  const epochSeconds = /^\d{1,12}(?:\.\d{1,9})?$/.test(epoch) ? Number(epoch) : undefined;
  const timeZone = validZone(values.get('zone'));
  const utcOffsetMinutes = offsetMinutes(values.get('utc_offset'));
  if (epochSeconds === undefined && timeZone === undefined && utcOffsetMinutes === undefined)
    return undefined;
  const zone = {
    timeZone,
    utcOffsetMinutes: utcOffsetMinutes ?? (timeZone === undefined ? 0 : undefined),
    assumed: timeZone === undefined && utcOffsetMinutes === undefined,
  };
  if (epochSeconds === undefined || roundTrip === undefined)
    return known({ errorMs: 0, ...zone }) as HostClock;
  // `date +%s` without %N (busybox) drops the fraction: the true instant is half a second later, give or take.
  const resolutionMs = epoch.includes('.') ? 0 : 500;
  const middleMs = (roundTrip.sentAtMs + roundTrip.receivedAtMs) / 2;
  return known({
    offsetMs: Math.round(epochSeconds * 1000 + resolutionMs - middleMs),
    errorMs: Math.ceil(Math.abs(roundTrip.receivedAtMs - roundTrip.sentAtMs) / 2) + resolutionMs,
    ...zone,
  }) as HostClock;
}

/** When the server booted, by its own clock, from the `clock` answer's `boot_epoch=`. */
export function readBootEpochMs(text: string): number | undefined {
  const boot = clockValues(text).get('boot_epoch') ?? '';
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(boot) ? Math.round(Number(boot) * 1000) : undefined;
}

/** Texts of a bundle that may tell the server's zone. Any of them may be missing. */
interface ZoneEvidence {
  /** A line with `$time_local` or `$time_iso8601`: written by the same process as the zone-less error.log. */
  readonly nginxAccessLine?: string;
  /** `systemctl show`: its stamps end in the zone's abbreviation. */
  readonly unitStateText?: string;
  /** A Gunicorn line or MESSAGE: the app may have changed TZ, so it comes after the others. */
  readonly gunicornLine?: string;
  /** A bundle's meminfo.txt ends in an ISO date with the zone. */
  readonly hostMemoryText?: string;
}

/**
 * The zone of recorded evidence that has no `clock.txt`, from the first piece that prints one; when nothing
 * does, UTC is assumed and said so. A numeric offset is that of its line's instant: across a DST change the
 * host's own offset differs by an hour.
 */
export function clockFromEvidence(evidence: ZoneEvidence): HostClock {
  const seen = (utcOffsetMinutes: number): HostClock => ({ errorMs: 0, utcOffsetMinutes, assumed: false });
  const access = (evidence.nginxAccessLine ?? '').slice(0, 65_536);
  const local = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d ([+-]\d{4})\]/.exec(access)?.[1];
  const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)/.exec(access)?.[1];
  const fromAccess = offsetMinutes(local ?? iso);
  if (fromAccess !== undefined) return seen(fromAccess);

  for (const row of answerLines(evidence.unitStateText ?? '')) {
    const zone = /^\w{1,60}Timestamp=[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S{1,10})$/.exec(row)?.[1];
    if (zone === 'UTC' || zone === 'GMT') return { ...seen(0), ...(zone === 'UTC' && { timeZone: 'UTC' }) };
    // Zones without letters of their own (America/Sao_Paulo) print their offset: "-03".
    const numeric = offsetMinutes(zone);
    if (numeric !== undefined) return seen(numeric);
  }

  const stamp = /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ([+-]\d{4})\] \[\d{1,10}\]/;
  const fromGunicorn = offsetMinutes(stamp.exec((evidence.gunicornLine ?? '').slice(0, 65_536))?.[1]);
  if (fromGunicorn !== undefined) return seen(fromGunicorn);

  for (const row of answerLines(evidence.hostMemoryText ?? '')) {
    const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?([+-]\d\d:?\d\d)$/.exec(row)?.[1];
    const offset = offsetMinutes(date);
    if (offset !== undefined) return seen(offset);
  }
  return { errorMs: 0, timeZone: 'UTC', utcOffsetMinutes: 0, assumed: true };
}

/** `+0530`, `+05:30` and `-03` in minutes east of UTC; undefined beyond a day's clock. */
export function offsetMinutes(text: string | undefined): number | undefined {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(text ?? '');
  if (match === null) return undefined;
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 14 || minutes > 59) return undefined;
  const total = hours * 60 + minutes;
  return match[1] === '-' && total > 0 ? -total : total;
}

function clockValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  // One `key=value` each, on lines of their own or side by side.
  for (const row of answerLines(text)) {
    for (const word of row.split(' ', 16)) {
      const equals = word.indexOf('=');
      if (equals > 0) values.set(word.slice(0, equals), word.slice(equals + 1));
    }
  }
  return values;
}

/** Asking the runtime costs as much as reading a hundred lines. Only known zones are in here, so there are few. */
const knownZones = new Set<string>();

/** Only names that this runtime's zone data knows: a made-up one must not reach a formatter later. */
function validZone(name: string | undefined): string | undefined {
  if (name === undefined || !/^[A-Za-z][\w+/-]{0,59}$/.test(name)) return undefined;
  if (knownZones.has(name)) return name;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    knownZones.add(name);
    return name;
  } catch {
    return undefined;
  }
}
