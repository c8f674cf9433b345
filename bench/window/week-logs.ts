import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../growth/random.ts';
import { bufferedLine, type Halves, lostUpstreamLine, requestLine } from './log-lines.ts';

const DAYS = 7;
const DAY_S = 86_400;
/** 30 November 2026, 18:00 UTC: the week lies in one month, so that awk may compare stamps as text. */
export const END_S = Date.UTC(2026, 10, 30, 18) / 1000;
/** Requests a second in the middle of the day's swing; with it a week takes about 2.2 GB. */
const MEAN_PER_SECOND = 15.8;
const SWING = 0.5;
/** Lines without a failure that the error log gets a second. */
const NOISE_PER_SECOND = 1;
const BURSTS_A_DAY = 16;
/** Seconds before 18:00: in the two hours where the windows of the bench lie, one of them in the last minutes. */
const BURSTS_IN_WINDOW = [170, 2_003, 2_950, 4_111, 4_520, 6_900];
const BURST_LINES = 32;
const POOL = 4_096;
/** Rotated days that are still plain: today's and yesterday's. */
const PLAIN_DAYS = 2;

export interface WeekLogs {
  /** All of the week in one file, in the `combined` format. */
  readonly access: string;
  /** The last two days in a format that lists the tries of each request. */
  readonly tries: string;
  readonly error: string;
  /** The same requests rotated daily: today's, `.1`, and the others packed. */
  readonly rotated: string;
  /** The newest first. */
  readonly packed: readonly string[];
}

/** A day's log, from 18:00 to 18:00, and where in it the two digits of the day of the month stand. */
interface Day {
  readonly bytes: Buffer;
  readonly digitsAt: readonly number[];
  /** Which of these is the first behind midnight. */
  readonly midnight: number;
}

/**
 * Writes a week of logs into a folder: the same ones every time. All days are alike but for their date, as days are:
 * quiet at night, busy in the evening.
 */
export async function writeWeekLogs(folder: string): Promise<WeekLogs> {
  const random = new Random(20_261_130);
  const bursts = new Set([
    ...Array.from({ length: BURSTS_A_DAY }, () => random.whole(0, DAY_S - 7_200)),
    ...BURSTS_IN_WINDOW.map(before => DAY_S - before),
  ]);
  const access = join(folder, 'access.log');
  const error = join(folder, 'error.log');
  const rotated = join(folder, 'rotated.log');
  const tries = join(folder, 'tries.log');
  const requests = requestsOfDay(random, bursts, () => '');
  const packed: string[] = [];
  const packing: Promise<void>[] = [];
  const whole = openSync(access, 'w');
  for (let back = DAYS - 1; back >= 0; back--) {
    const endS = END_S - back * DAY_S;
    const bytes = dated(requests, endS);
    writeSync(whole, bytes);
    const path = `${rotated}${back === 0 ? '' : `.${back}`}`;
    if (back < PLAIN_DAYS) writeAll(path, bytes, endS);
    else {
      packed.unshift(`${path}.gz`);
      packing.push(pack(`${path}.gz`, Buffer.from(bytes), endS));
      if (packing.length % 2 === 0) await Promise.all(packing);
    }
  }
  closeSync(whole);
  utimesSync(access, END_S, END_S);
  const tried = requestsOfDay(
    random,
    bursts,
    status => ` rt=0.012 us="${status}" id=${random.whole(1e8, 1e9)}`,
  );
  writeDays(tries, tried, 2);
  writeDays(error, problemsOfDay(random, bursts), DAYS);
  await Promise.all(packing);
  return { access, tries, error, rotated, packed };
}

function requestsOfDay(random: Random, bursts: ReadonlySet<number>, tailOf: (status: number) => string): Day {
  const lineOf = (status: number) => requestLine(random, status, tailOf(status));
  const good = Array.from({ length: POOL }, () => lineOf(statusOf(random)));
  const failed = Array.from({ length: BURST_LINES }, () => lineOf(502));
  return dayOf(stampOfAccess, second => [
    ...some(good, second * 17, countAt(second)),
    ...(bursts.has(second) ? failed : []),
  ]);
}

function problemsOfDay(random: Random, bursts: ReadonlySet<number>): Day {
  const noise = Array.from({ length: POOL }, () => bufferedLine(random));
  const lost = Array.from({ length: BURST_LINES }, () => lostUpstreamLine(random));
  return dayOf(stampOfError, second => [
    ...some(noise, second * 13, NOISE_PER_SECOND),
    ...(bursts.has(second) ? lost : []),
  ]);
}

/** As many requests end so as a shop sees. */
function statusOf(random: Random): number {
  const chance = random.next();
  return chance < 0.86 ? 200 : chance < 0.93 ? 304 : chance < 0.96 ? 302 : 404;
}

/** Requests of a second of the day, which begins at 18:00 and is busiest at 20:00. */
function countAt(second: number): number {
  const swing = 1 + SWING * Math.cos((2 * Math.PI * (second - 2 * 3_600)) / DAY_S);
  return Math.floor(MEAN_PER_SECOND * swing + ((second * 2_654_435_761) % 1_000) / 1_000);
}

function some(pool: readonly Halves[], from: number, count: number): Halves[] {
  return Array.from({ length: count }, (_, at) => pool[(from + at * 31) % pool.length] as Halves);
}

interface Stamp {
  readonly text: string;
  /** Where in it the day of the month stands. */
  readonly dayAt: number;
}

function stampOfAccess(time: string): Stamp {
  return { text: `DD/Nov/2026:${time} +0000`, dayAt: 0 };
}

function stampOfError(time: string): Stamp {
  return { text: `2026/11/DD ${time}`, dayAt: 8 };
}

function dayOf(stampOf: (time: string) => Stamp, linesOf: (second: number) => readonly Halves[]): Day {
  const chunks: Buffer[] = [];
  const digitsAt: number[] = [];
  let offset = 0;
  let midnight = 0;
  for (let second = 0; second < DAY_S; second++) {
    const ofDay = (second + 18 * 3_600) % DAY_S;
    if (ofDay === 0) midnight = digitsAt.length;
    const stamp = stampOf(new Date(ofDay * 1000).toISOString().slice(11, 19));
    let text = '';
    for (const [before, after] of linesOf(second)) {
      digitsAt.push(offset + text.length + before.length + stamp.dayAt);
      text += before + stamp.text + after;
    }
    chunks.push(Buffer.from(text, 'latin1'));
    offset += text.length;
  }
  return { bytes: Buffer.concat(chunks), digitsAt, midnight };
}

/** The day that ends at an instant; the same bytes are dated anew each time. */
function dated({ bytes, digitsAt, midnight }: Day, endS: number): Buffer {
  const last = new Date(endS * 1000).getUTCDate();
  for (const [index, at] of digitsAt.entries()) {
    const day = index < midnight ? last - 1 : last;
    bytes[at] = 48 + Math.floor(day / 10);
    bytes[at + 1] = 48 + (day % 10);
  }
  return bytes;
}

/** So many days, the last of which ends at 18:00. */
function writeDays(path: string, day: Day, days: number): void {
  const file = openSync(path, 'w');
  for (let back = days - 1; back >= 0; back--) writeSync(file, dated(day, END_S - back * DAY_S));
  closeSync(file);
  utimesSync(path, END_S, END_S);
}

function writeAll(path: string, bytes: Buffer, lastS: number): void {
  const file = openSync(path, 'w');
  writeSync(file, bytes);
  closeSync(file);
  utimesSync(path, lastS, lastS);
}

/** Packs with gzip, quickly: how well is not the question here. */
async function pack(path: string, bytes: Buffer, lastS: number): Promise<void> {
  const file = openSync(path, 'w');
  const gzip = spawn('gzip', ['-1', '-c'], { stdio: ['pipe', file, 'inherit'] });
  const gone = once(gzip, 'exit');
  gzip.stdin?.end(bytes);
  await gone;
  closeSync(file);
  utimesSync(path, lastS, lastS);
}
