import type { Window } from '../../src/collectors/question.ts';
import { windowOf } from '../../src/collectors/window.ts';
import { lengthOf, lengthText } from './length-words.ts';
import { dayOf, nextDay, type WallZone, wallStamp } from './wall-time.ts';

/** A stretch of time as it was understood, or why it was not, with words to type instead. */
export type TimeReading =
  | { readonly ok: true; readonly window: Window; readonly said: string }
  | { readonly ok: false; readonly problem: string; readonly example: string };

/** Words that begin or hold together a stretch of time. */
export const TIME_WORDS = [
  'since',
  'last',
  'past',
  'from',
  'between',
  'yesterday',
  'today',
  'tomorrow',
  'now',
  'until',
] as const;

const SHORTEST_MS = 60_000;
const LONGEST_MS = 31 * 86_400_000;
const FURTHEST_AGO_MS = 366 * 86_400_000;
/** A range that ends earlier on the clock than it begins runs over midnight; a longer one is a slip. */
const LONGEST_NIGHT_MINUTES = 12 * 60;
const ANY_EXAMPLE = 'since 30m';

/** A moment as written: what is not said comes from the other end of the range, or from now. */
interface Moment {
  readonly day?: string;
  /** `HH:MM` or `HH:MM:SS`. */
  readonly clock?: string;
  /** `UTC` or `+01:00`; the person's own zone when not said. */
  readonly zone?: string;
  /** `2h ago`, `now`. */
  readonly ms?: number;
}

/** Reads plain words in small letters; nothing said is the usual two hours. Times are meant in `zone`. */
export function readTime(words: string, zone: WallZone): TimeReading {
  if (words.length > 200) return no('That is too long for a stretch of time.');
  const text = normalised(words);
  if (text === '') return windowSaid({}, zone, 'the last 2h');
  const length =
    /^(?:(?:since|from|for|in|over|within|during) )?(?:the )?(?<last>(?:last|past|previous) )?(?<length>.+?)(?: ago)?$/.exec(
      text,
    )?.groups;
  const lengthMs =
    length?.last || /\d|^(?:an?|one|half) /.test(length?.length ?? '')
      ? lengthOf(length?.length ?? '')
      : undefined;
  if (lengthMs !== undefined) return lastOf(lengthMs, length?.length ?? '', zone);
  const bare = /^(?:since|last|past|for) (?<count>\d{1,6})$/.exec(text)?.groups?.count;
  if (bare !== undefined) return no(`${bare} of what? A length has a unit: m, h or d.`, `since ${bare}m`);
  if (/\btomorrow\b/.test(text)) return no('Tomorrow has not happened yet.', 'since 30m');

  const range = text.replace(/^(?:since|from|after|between|for|at|on|in|during) /, '').split(' to ');
  const [left, right] = range.map(part => momentOf(part, zone));
  if (range.length === 2 && left && right) return rangeOf(left, right, zone);
  if (range.length === 1 && left) return openRange(left, /^(?:since|from|after) /.test(text), zone);
  return notTime(words);
}

const no = (problem: string, example = ANY_EXAMPLE): TimeReading => ({ ok: false, problem, example });

function notTime(words: string): TimeReading {
  return no(
    `“${words.slice(0, 80)}” is no stretch of time that Staunch understands: it knows lengths (since 30m, last 2h) and ranges (yesterday 02:05-02:20, 2026-11-22 02:05 to 03:10).`,
    'yesterday 02:05-02:20',
  );
}

/** One way to write each thing: 24 hours, ` to ` between the ends, ` utc` apart from the clock. */
function normalised(words: string): string {
  return words
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(?<![\d:])(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b\.?/g, (whole, hour, minutes, half) =>
      Number(hour) < 1 || Number(hour) > 12
        ? whole
        : `${String((Number(hour) % 12) + (half === 'p' ? 12 : 0)).padStart(2, '0')}:${minutes ?? '00'}`,
    )
    .replace(/(\d) ?(?:z|utc|gmt)(?![a-z0-9+])/g, '$1 utc')
    .replace(/^(between .{1,80}?) and /, '$1 to ')
    .replace(/ (?:-{1,3}>?|until|till|til|through) /g, ' to ')
    .replace(/^(?:until|to) /, 'to ')
    .replace(/(?<![:\dt])(\d{1,2}:\d\d(?::\d\d)?(?: utc)?) ?(?:-{1,2}>?|\.{2,3}|~) ?(?=\d)/g, '$1 to ')
    .replace(/ ?\/ ?(?=\d{4}-)/g, ' to ')
    .replace(/\bto the\b/g, 'to')
    .trim();
}

function momentOf(text: string, zone: WallZone): Moment | undefined {
  if (text === 'now') return { ms: zone.nowMs };
  const ago = /^(?<length>.{1,30}) ago$/.exec(text)?.groups?.length;
  const agoMs = ago === undefined ? undefined : lengthOf(ago);
  if (agoMs !== undefined && agoMs <= FURTHEST_AGO_MS) return { ms: zone.nowMs - agoMs };
  const said = { day: '', clock: '', zone: '' };
  for (const word of text.replace(/(\d)t(?=\d)/, '$1 ').split(' ')) {
    const part =
      /^(?<clock>(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.\d{1,9})?(?<zone>[+-]\d\d:?\d\d)?$/.exec(
        word,
      )?.groups;
    const apart = word === 'utc' ? 'UTC' : /^[+-]\d\d:?\d\d$/.exec(word)?.[0];
    if (word === 'at' || word === 'the' || word === 'on') continue;
    if (/^(?:today|yesterday|\d{4}-\d\d-\d\d)$/.test(word) && said.day === '') said.day = word;
    else if (part && said.clock === '') {
      said.clock = part.clock?.padStart(part.clock.length + (/^\d:/.test(part.clock) ? 1 : 0), '0') ?? '';
      said.zone ||= part.zone ?? '';
    } else if (apart !== undefined && said.zone === '' && said.clock !== '') said.zone = apart;
    else return undefined;
  }
  if (said.day === '' && said.clock === '') return undefined;
  const day = dayNamed(said.day, said.zone || undefined, zone);
  if (said.day !== '' && day === undefined) return undefined;
  return {
    ...(day !== undefined && { day }),
    ...(said.clock !== '' && { clock: said.clock }),
    ...(said.zone !== '' && { zone: said.zone }),
  };
}

function dayNamed(word: string, zoneSaid: string | undefined, zone: WallZone): string | undefined {
  if (word === 'today' || word === 'yesterday')
    return nextDay(dayOf(zone, zoneSaid), word === 'today' ? 0 : -1);
  // The 31st of November would otherwise silently be the 1st of December.
  return word !== '' && nextDay(word, 0) === word ? word : undefined;
}

function rangeOf(from: Moment, to: Moment, zone: WallZone): TimeReading {
  const zoneSaid = from.zone ?? to.zone;
  const night = from.clock !== undefined && to.clock !== undefined && to.clock < from.clock;
  const oneDaySaid = from.day === undefined || to.day === undefined;
  if (night && oneDaySaid && minutesOf(to.clock) + 1_440 - minutesOf(from.clock) > LONGEST_NIGHT_MINUTES)
    return no(
      `${from.clock} to ${to.clock} ends before it begins.`,
      `${from.day === undefined ? '' : `${from.day} `}${to.clock}-${from.clock}`,
    );
  let fromDay = from.day ?? (to.day === undefined ? undefined : nextDay(to.day, night ? -1 : 0));
  if (fromDay === undefined) {
    const today = dayOf(zone, zoneSaid);
    // 23:50-00:20 and 23:50 until now, asked at 09:00, are about the night that is over.
    const ahead = (from.clock ?? '') > wallStamp(zone.nowMs, zone, zoneSaid).slice(11);
    fromDay = ahead && (night || to.ms !== undefined) ? nextDay(today, -1) : today;
  }
  const toDay = to.day ?? nextDay(fromDay, night ? 1 : 0);
  const [begin, end] = [
    { ...from, day: fromDay, ...(zoneSaid !== undefined && { zone: zoneSaid }) },
    { ...to, day: toDay, ...((to.zone ?? zoneSaid) !== undefined && { zone: to.zone ?? zoneSaid ?? '' }) },
  ];
  return windowSaid(
    { from: wish(begin, 'begin'), ...(to.ms !== zone.nowMs && { to: wish(end, 'end') }) },
    zone,
  );
}

function openRange(moment: Moment, open: boolean, zone: WallZone): TimeReading {
  if (moment.ms !== undefined)
    return moment.ms < zone.nowMs
      ? windowSaid({ from: wish(moment, 'begin') }, zone)
      : no('Now is a moment, not a stretch of time.');
  if (!open && moment.clock !== undefined)
    return no(
      `${moment.clock} is one moment. Give a begin and an end, or “since ${moment.clock}”.`,
      `${moment.day === undefined ? '' : `${moment.day} `}${moment.clock}-${laterClock(moment.clock)}`,
    );
  const today = dayOf(zone, moment.zone);
  const passed =
    moment.clock === undefined || moment.clock <= wallStamp(zone.nowMs, zone, moment.zone).slice(11);
  const day = moment.day ?? nextDay(today, passed ? 0 : -1);
  const begin = wish({ ...moment, day }, 'begin');
  return windowSaid(open ? { from: begin } : { from: begin, to: wish({ ...moment, day }, 'end') }, zone);
}

/** A moment in the form that `windowOf` reads. A day alone is all of it. */
function wish({ day = '', clock, zone, ms }: Moment, end: 'begin' | 'end'): string {
  if (ms !== undefined) return new Date(ms).toISOString();
  const wall = clock === undefined ? `${end === 'begin' ? day : nextDay(day, 1)} 00:00` : `${day} ${clock}`;
  return zone === undefined ? wall : `${wall} ${zone}`;
}

function lastOf(ms: number, words: string, zone: WallZone): TimeReading {
  if (ms < SHORTEST_MS) return no(`${words} is too short: a minute is the least.`, 'since 1m');
  if (ms > LONGEST_MS) return no(`${words} is too long: 31 days are the most.`, 'since 31d');
  const seconds = Math.round(ms / 1_000);
  const since = seconds < 1_000_000 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
  return windowSaid({ since }, zone, `the last ${lengthText(ms)}`);
}

function windowSaid(
  wished: { readonly since?: string; readonly from?: string; readonly to?: string },
  zone: WallZone,
  said?: string,
): TimeReading {
  const stamp = (ms: number) => `${wallStamp(ms, zone)} ${zone.timeZone}`;
  const words = { since: 'since', from: 'from', to: 'to', stamp };
  const answer = windowOf(wished, zone.nowMs, zone.timeZone, words);
  if (!answer.ok) return no(answer.problem, exampleFor(zone, wished.from, wished.to));
  const { fromMs, toMs } = answer.window;
  const [begin, end] = [wallStamp(fromMs, zone), wallStamp(toMs, zone)];
  const range =
    wished.to === undefined
      ? `since ${begin}`
      : `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
  return { ok: true, window: answer.window, said: said ?? `${range} (${zone.timeZone})` };
}

/** The same range a day earlier when that has happened, else something short. */
function exampleFor(zone: WallZone, from = '', to = ''): string {
  const [begin, end] = [from, to].map(text => / (\d\d:\d\d)/.exec(text)?.[1]);
  const today = dayOf(zone);
  if (begin === undefined || !from.startsWith(today)) return 'since 24h';
  if (begin === end) return `${begin}-${laterClock(begin)}`;
  return end === undefined ? `since yesterday ${begin}` : `yesterday ${begin}-${end}`;
}

function minutesOf(clock = '00:00'): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

function laterClock(clock: string): string {
  const minutes = (minutesOf(clock) + 15) % 1_440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
