import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../growth/random.ts';

/** Days that the logs hold; the last line is written in the last second before `END_S`. */
const DAYS = 7;
const DAY_S = 86_400;
/** 30 November 2026, 18:00 UTC: both windows lie in one month, so that awk may compare stamps as text. */
export const END_S = Date.UTC(2026, 10, 30, 18) / 1000;
const FROM_S = END_S - DAYS * DAY_S;
/** Requests a second in the middle of the day's swing; with it a week takes about 2.2 GB. */
const MEAN_PER_SECOND = 15.2;
const SWING = 0.5;
/** Lines without a failure that the error log gets a second. */
const NOISE_PER_SECOND = 1;
const BURSTS = 160;
const BURST_LINES = 30;
const POOL = 4_096;
const FLUSH_BYTES = 4 * 1024 * 1024;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'okhttp/4.12.0',
] as const;
const PATHS = [
  '/api/cart',
  '/api/items',
  '/checkout/pay',
  '/static/app.css',
  '/login',
  '/api/search',
] as const;

/** A line in two halves; the stamp stands between them. */
type Halves = readonly [before: string, after: string];

export interface WeekLogs {
  /** All of the week in one file. */
  readonly access: string;
  readonly error: string;
  /** The same requests rotated daily: today's, `.1`, and `.2.gz` to `.7.gz`. */
  readonly rotated: string;
  readonly rotatedPacked: readonly string[];
}

/** `$time_local` of NGINX in UTC. */
export function accessStamp(epochS: number): string {
  const at = new Date(epochS * 1000).toISOString();
  return `${at.slice(8, 10)}/${MONTHS[Number(at.slice(5, 7)) - 1]}/${at.slice(0, 4)}:${at.slice(11, 19)} +0000`;
}

/** The stamp of an error log, in UTC. */
export function errorStamp(epochS: number): string {
  const at = new Date(epochS * 1000).toISOString();
  return `${at.slice(0, 10).replaceAll('-', '/')} ${at.slice(11, 19)}`;
}

/** Writes a week of logs into a folder: the same ones every time. */
export async function writeWeekLogs(folder: string): Promise<WeekLogs> {
  const random = new Random(20_261_130);
  const requests = Array.from({ length: POOL }, () => request(random, 200));
  const failures = Array.from({ length: BURST_LINES }, () => request(random, 502));
  const lost = Array.from({ length: BURST_LINES }, () => lostUpstream(random));
  const noise = Array.from({ length: POOL }, () => buffered(random));
  const bursts = new Set(Array.from({ length: BURSTS }, () => Math.floor(random.between(FROM_S, END_S))));
  // Both windows of the bench hold at least one burst.
  for (const agoS of [1_800, 4 * DAY_S + 1_800]) bursts.add(END_S - agoS);

  const access = join(folder, 'access.log');
  const error = join(folder, 'error.log');
  const rotated = join(folder, 'rotated.log');
  const days = Array.from({ length: DAYS }, (_, back) => back).reverse();
  const whole = new LogWriter(access);
  const errors = new LogWriter(error);
  const packed: string[] = [];
  for (const back of days) {
    const endS = END_S - back * DAY_S;
    const path = `${rotated}${back === 0 ? '' : `.${back}`}`;
    const day = back < 2 ? new LogWriter(path) : new PackedWriter(`${path}.gz`);
    if (back >= 2) packed.push(`${path}.gz`);
    for (let second = endS - DAY_S; second < endS; second++) {
      let lines = between(accessStamp(second), requests, second * 17, countAt(second));
      let problems = between(errorStamp(second), noise, second * 13, NOISE_PER_SECOND);
      if (bursts.has(second)) {
        lines += between(accessStamp(second), failures, 0, BURST_LINES);
        problems += between(errorStamp(second), lost, 0, BURST_LINES);
      }
      whole.add(lines);
      await day.add(lines);
      errors.add(problems);
    }
    await day.end(endS);
  }
  whole.end(END_S);
  errors.end(END_S);
  return { access, error, rotated, rotatedPacked: packed.reverse() };
}

/** Requests of a second: few at night, many in the evening. */
function countAt(second: number): number {
  const swing = 1 + SWING * Math.sin((2 * Math.PI * ((second % DAY_S) - DAY_S / 2)) / DAY_S);
  const wanted = MEAN_PER_SECOND * swing;
  const spread = ((second * 2_654_435_761) % 1_000) / 1_000;
  return Math.floor(wanted + spread);
}

function between(stamp: string, pool: readonly Halves[], from: number, count: number): string {
  let text = '';
  for (let at = 0; at < count; at++) {
    const [before, after] = pool[(from + at * 31) % pool.length] as Halves;
    text += before + stamp + after;
  }
  return text;
}

function request(random: Random, status: 200 | 502): Halves {
  const whole = (below: number) => Math.floor(random.between(0, below));
  const path = `${PATHS[whole(PATHS.length)]}/${whole(100_000)}?page=${whole(40)}&session=${whole(2 ** 31).toString(36)}`;
  const seconds = random.between(0.005, 0.9).toFixed(3);
  return [
    `${whole(200) + 20}.${whole(256)}.${whole(256)}.${whole(256)} - - [`,
    `] "GET ${path} HTTP/1.1" ${status} ${status === 502 ? 157 : whole(60_000)} "https://shop.example/" "${AGENTS[whole(AGENTS.length)]}" rt=${seconds} urt="${seconds}" us="${status}"\n`,
  ];
}

function lostUpstream(random: Random): Halves {
  const whole = (below: number) => Math.floor(random.between(0, below));
  const path = `${PATHS[whole(PATHS.length)]}/${whole(100_000)}`;
  return [
    '',
    ` [error] 811#811: *${whole(9_000_000)} upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.${whole(256)}, server: shop.example, request: "GET ${path} HTTP/1.1", upstream: "http://unix:/run/checkout/app.sock:${path}", host: "shop.example", referrer: "https://shop.example/"\n`,
  ];
}

function buffered(random: Random): Halves {
  const whole = (below: number) => Math.floor(random.between(0, below));
  const path = `${PATHS[whole(PATHS.length)]}/${whole(100_000)}`;
  return [
    '',
    ` [warn] 811#811: *${whole(9_000_000)} an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/${whole(10)}/${whole(100)}/0000${whole(1_000_000)} while reading upstream, client: 203.0.113.${whole(256)}, server: shop.example, request: "GET ${path} HTTP/1.1", upstream: "http://unix:/run/checkout/app.sock:${path}", host: "shop.example"\n`,
  ];
}

class LogWriter {
  readonly #path: string;
  readonly #file: number;
  #waiting: string[] = [];
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'w');
  }

  add(text: string): void {
    this.#waiting.push(text);
    this.#bytes += text.length;
    if (this.#bytes > FLUSH_BYTES) this.#flush();
  }

  /** @param lastS when the last line was written: what the file's own time says */
  end(lastS: number): void {
    this.#flush();
    closeSync(this.#file);
    utimesSync(this.#path, lastS, lastS);
  }

  #flush(): void {
    if (this.#bytes > 0) writeSync(this.#file, Buffer.from(this.#waiting.join(''), 'latin1'));
    this.#waiting = [];
    this.#bytes = 0;
  }
}

/** Packs with gzip, quickly: how well is not the question here. */
class PackedWriter {
  readonly #path: string;
  readonly #gzip;
  readonly #gone: Promise<unknown>;
  #waiting: string[] = [];
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#gzip = spawn('gzip', ['-1', '-c'], { stdio: ['pipe', openSync(path, 'w'), 'inherit'] });
    this.#gone = once(this.#gzip, 'exit');
  }

  async add(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#bytes += text.length;
    if (this.#bytes > FLUSH_BYTES) await this.#flush();
  }

  async end(lastS: number): Promise<void> {
    await this.#flush();
    this.#gzip.stdin?.end();
    await this.#gone;
    utimesSync(this.#path, lastS, lastS);
  }

  async #flush(): Promise<void> {
    const text = Buffer.from(this.#waiting.join(''), 'latin1');
    this.#waiting = [];
    this.#bytes = 0;
    if (text.length > 0 && !this.#gzip.stdin?.write(text))
      await once(this.#gzip.stdin as NodeJS.EventEmitter, 'drain');
  }
}
