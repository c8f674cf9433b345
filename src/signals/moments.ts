import type { HostClock } from './host-state.ts';
import type { Moment } from './signal.ts';
import { localOffset } from './zone-rules.ts';

/** Whose lines are read, and the clock and zone that server stamps them with. */
export interface ReadContext {
  readonly server: string;
  readonly clock: HostClock;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;

/** What is known of a stamp once its digits are read. `offsetMinutes` undefined: the host's zone applies. */
interface Printed {
  readonly utcMs: number;
  readonly offsetMinutes?: number;
}

/** NGINX error log: `2026/11/22 10:15:53`, host local time, no zone. `from` is where the year stands. */
export function errorLogMoment(text: string, from: number, clock: HostClock): Moment | undefined {
  if (text.charCodeAt(from + 4) !== 47 || text.charCodeAt(from + 7) !== 47) return undefined;
  const utcMs = dateAndTime(text, from);
  return utcMs === undefined ? undefined : place({ utcMs }, clock);
}

/**
 * `2026-11-22T10:15:53[.123456]+01:00`, also with a space for the `T`, a space before the zone, `+0100`, `Z`,
 * a comma before the fraction, or no zone at all (then the host's).
 */
export function isoMoment(text: string, from: number, clock: HostClock): Moment | undefined {
  if (text.charCodeAt(from + 4) !== 45 || text.charCodeAt(from + 7) !== 45) return undefined;
  const seconds = dateAndTime(text, from);
  if (seconds === undefined) return undefined;
  let at = from + 19;
  let utcMs = seconds;
  const mark = text.charCodeAt(at);
  if (mark === 46 || mark === 44) {
    let scale = 100;
    for (at++; isDigit(text.charCodeAt(at)); at++) {
      utcMs += scale * (text.charCodeAt(at) - 48);
      scale /= 10;
    }
    utcMs = Math.floor(utcMs);
  }
  if (text.charCodeAt(at) === 32 && isSign(text.charCodeAt(at + 1))) at++;
  const offsetMinutes = zoneMinutes(text, at);
  return place(offsetMinutes === undefined ? { utcMs } : { utcMs, offsetMinutes }, clock);
}

/** Access log `$time_local`: `22/Nov/2026:10:15:53 +0100`. The month is English whatever the host speaks. */
export function timeLocalMoment(text: string, from: number): Moment | undefined {
  const month = MONTHS.indexOf(text.slice(from + 3, from + 6));
  const day = digits(text, from, 2);
  const year = digits(text, from + 7, 4);
  const time = timeOfDay(text, from + 12);
  const offset = zoneMinutes(text, from + 21);
  if (month < 0 || day < 1 || day > 31 || year < 0 || time === undefined || offset === undefined)
    return undefined;
  return { epochMs: utcDay(year, month, day) + time - offset * 60_000, toleranceMs: 0 };
}

/** `$msec` and the like: `1795343205.316`, seconds since the epoch. */
export function epochSecondsMoment(text: string): Moment | undefined {
  const seconds = Number(text);
  if (text === '' || !Number.isFinite(seconds) || seconds < 0 || seconds > 1e11) return undefined;
  return { epochMs: Math.round(seconds * 1_000), toleranceMs: 0 };
}

/**
 * Syslog files: `Nov 22 10:13:15`, local time and no year. The year is the latest one that does not put the
 * line more than a day after `referenceMs`. Month names of another language are not read.
 */
export function syslogMoment(text: string, referenceMs: number, clock: HostClock): Moment | undefined {
  const month = MONTHS.indexOf(text.slice(0, 3));
  const day = text.charCodeAt(4) === 32 ? digits(text, 5, 1) : digits(text, 4, 2);
  const time = timeOfDay(text, 7);
  if (month < 0 || day < 1 || day > 31 || time === undefined) return undefined;
  const year = new Date(referenceMs).getUTCFullYear();
  for (const candidate of [year + 1, year]) {
    const moment = place({ utcMs: utcDay(candidate, month, day) + time }, clock);
    if (moment.epochMs <= referenceMs + DAY_MS) return moment;
  }
  return place({ utcMs: utcDay(year - 1, month, day) + time }, clock);
}

/** `dmesg -T`: `Sun Nov 22 10:17:08 2026`, an estimate in the host's zone. */
export function ctimeMoment(text: string, from: number, clock: HostClock): Moment | undefined {
  const month = MONTHS.indexOf(text.slice(from + 4, from + 7));
  const day = text.charCodeAt(from + 8) === 32 ? digits(text, from + 9, 1) : digits(text, from + 8, 2);
  const time = timeOfDay(text, from + 11);
  const year = digits(text, from + 20, 4);
  if (month < 0 || day < 1 || day > 31 || time === undefined || year < 0) return undefined;
  return place({ utcMs: utcDay(year, month, day) + time }, clock);
}

function place(printed: Printed, clock: HostClock): Moment {
  if (printed.offsetMinutes !== undefined) {
    return { epochMs: printed.utcMs - printed.offsetMinutes * 60_000, toleranceMs: 0 };
  }
  const { offsetMs, toleranceMs } = localOffset(printed.utcMs, clock);
  return { epochMs: printed.utcMs - offsetMs, toleranceMs };
}

/** `YYYY?MM?DD?HH:MM:SS` as if it were UTC. */
function dateAndTime(text: string, from: number): number | undefined {
  const year = digits(text, from, 4);
  const month = digits(text, from + 5, 2);
  const day = digits(text, from + 8, 2);
  const time = timeOfDay(text, from + 11);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || time === undefined) return undefined;
  return utcDay(year, month - 1, day) + time;
}

let lastDayKey = -1;
let lastDayMs = 0;

/** Midnight of a day. Lines of a log share their day, so the last one is kept. */
function utcDay(year: number, month: number, day: number): number {
  const key = (year * 12 + month) * 32 + day;
  if (key !== lastDayKey) {
    lastDayMs = Date.UTC(year, month, day);
    lastDayKey = key;
  }
  return lastDayMs;
}

function timeOfDay(text: string, from: number): number | undefined {
  if (text.charCodeAt(from + 2) !== 58 || text.charCodeAt(from + 5) !== 58) return undefined;
  const hours = digits(text, from, 2);
  const minutes = digits(text, from + 3, 2);
  const seconds = digits(text, from + 6, 2);
  // 60 is a leap second; clocks that print it repeat the next one.
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

/** `+0100`, `+01:00`, `Z`; undefined when no zone stands there. */
function zoneMinutes(text: string, from: number): number | undefined {
  const sign = text.charCodeAt(from);
  if (sign === 90) return 0;
  if (!isSign(sign)) return undefined;
  const hours = digits(text, from + 1, 2);
  const minutes = digits(text, text.charCodeAt(from + 3) === 58 ? from + 4 : from + 3, 2);
  if (hours < 0 || minutes < 0) return undefined;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes);
}

/** A decimal number of exactly `count` digits, or -1. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isSign(code: number): boolean {
  return code === 43 || code === 45;
}
