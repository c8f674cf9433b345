const MONTHS_WITHOUT_YEAR_MS = 183 * 86_400_000;

/** Where and when the reader is. */
export interface Reader {
  /** An IANA time zone; an unknown one counts as UTC. */
  readonly tz: string;
  readonly nowMs: number;
}

/**
 * A date as Slack writes it for one reader: `{date_short} at {time}`. `undefined` when a token is unknown, for
 * Slack then shows the fallback.
 *
 * Tokens: docs.slack.dev, "Formatting message text", date formatting; and the rich text element `date`.
 */
export function dateText(atMs: number, format: string, reader: Reader): string | undefined {
  if (!Number.isFinite(atMs) || Math.abs(atMs) > 8.64e15) return undefined;
  let known = true;
  const text = format.replaceAll(/\{([a-z_]+)\}/g, (_, token: string) => {
    const part = tokenText(token, atMs, reader);
    known &&= part !== undefined;
    return part ?? '';
  });
  return known ? text : undefined;
}

/** `14:03` in the reader's time zone. */
export function clockText(atMs: number, reader: Reader): string {
  return tokenText('time', atMs, reader) ?? '';
}

/** `Today`, `Yesterday` or `Tuesday, February 18th`: the line between two days of a channel. */
export function dayText(atMs: number, reader: Reader): string {
  const text = tokenText('date_long_pretty', atMs, reader) ?? '';
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tokenText(token: string, atMs: number, reader: Reader): string | undefined {
  const part = partsOf(atMs, reader.tz);
  const month = part('month', { month: 'long' });
  const pretty = (otherwise: string) => nearDay(atMs, reader) ?? otherwise;
  const nearYear = Math.abs(reader.nowMs - atMs) < MONTHS_WITHOUT_YEAR_MS;
  const year = nearYear ? '' : `, ${part('year', { year: 'numeric' })}`;
  const day = ordinal(Number(part('day', { day: 'numeric' })));
  switch (token) {
    case 'date_num':
      return part.isoDay();
    case 'date_slash':
      return part.isoDay().split('-').reverse().join('/');
    case 'date':
      return `${month} ${day}${year}`;
    case 'date_long_full':
      return `${month} ${part('day', { day: 'numeric' })}, ${part('year', { year: 'numeric' })}`;
    case 'date_pretty':
      return pretty(`${month} ${day}${year}`);
    case 'date_short':
    case 'date_short_pretty': {
      const short = `${part('month', { month: 'short' })} ${part('day', { day: 'numeric' })}, ${part('year', { year: 'numeric' })}`;
      return token === 'date_short' ? short : pretty(short);
    }
    case 'date_long':
    case 'date_long_pretty':
    case 'day_divider_pretty': {
      const long = `${part('weekday', { weekday: 'long' })}, ${month} ${day}${year}`;
      return token === 'date_long' ? long : pretty(long);
    }
    case 'time':
      return part.time(false);
    case 'time_secs':
      return part.time(true);
    case 'ago':
      return agoText(reader.nowMs - atMs);
    default:
      return undefined;
  }
}

function partsOf(atMs: number, tz: string) {
  const format = (options: Intl.DateTimeFormatOptions) => formatIn(tz, options);
  const part = (type: Intl.DateTimeFormatPartTypes, options: Intl.DateTimeFormatOptions) =>
    format(options)
      .formatToParts(atMs)
      .find(p => p.type === type)?.value ?? '';
  return Object.assign(part, {
    isoDay: () => isoDay(atMs, tz),
    time: (seconds: boolean) =>
      format({
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        ...(seconds && { second: '2-digit' as const }),
      }).format(atMs),
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(tz: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tz} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat('en-US', { ...options, timeZone: tz });
  } catch {
    made = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
  formats.set(key, made);
  return made;
}

function isoDay(atMs: number, tz: string): string {
  const parts = formatIn(tz, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(atMs);
  const of = (type: string) => parts.find(part => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** `today`, `yesterday` or `tomorrow` by the reader's calendar. */
function nearDay(atMs: number, { tz, nowMs }: Reader): string | undefined {
  const daysApart = (Date.parse(isoDay(atMs, tz)) - Date.parse(isoDay(nowMs, tz))) / 86_400_000;
  return { '0': 'today', '-1': 'yesterday', '1': 'tomorrow' }[String(daysApart)];
}

function ordinal(day: number): string {
  const isTeen = day >= 11 && day <= 13;
  return `${day}${(!isTeen && { 1: 'st', 2: 'nd', 3: 'rd' }[day % 10]) || 'th'}`;
}

function agoText(passedMs: number): string {
  const seconds = Math.round(Math.abs(passedMs) / 1000);
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [Math.round(seconds / 60), 'minute']
        : seconds < 86_400
          ? [Math.round(seconds / 3600), 'hour']
          : [Math.round(seconds / 86_400), 'day'];
  const span = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return passedMs >= 0 ? `${span} ago` : `in ${span}`;
}
