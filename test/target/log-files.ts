import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** 2026-11-22 10:00:00 UTC: the end of most logs here. */
export const NOON = 1_795_341_600;
export const HOUR = 3600;

const pad = (n: number): string => String(n).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** An error log's stamp: local time without a zone. */
export function errorStamp(epoch: number, offset = 0): string {
  const d = new Date((epoch + offset) * 1000).toISOString();
  return `${d.slice(0, 10).replaceAll('-', '/')} ${d.slice(11, 19)}`;
}

/** A line as NGINX writes it to its error log. */
export function errorLine(
  epoch: number,
  text = 'upstream prematurely closed connection',
  offset = 0,
): string {
  return `${errorStamp(epoch, offset)} [error] 195#195: *275 ${text}, client: 10.213.0.1, server: _`;
}

/** `$time_local`. */
export function clfStamp(epoch: number): string {
  const d = new Date(epoch * 1000);
  return `${pad(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${d.toISOString().slice(11, 19)} +0000`;
}

/** The `combined` format, and what may follow it. */
export function accessLine(epoch: number, status: number, rest = ''): string {
  return `10.0.0.7 - - [${clfStamp(epoch)}] "GET /a?b=c HTTP/1.1" ${status} 157 "-" "curl/7.88.1"${rest}`;
}

/** Writes a log that was last changed at an instant: the age tells what a file covers. */
export function write(file: string, lines: readonly string[], changedAt: number, end = '\n'): void {
  writeFileSync(file, lines.join('\n') + (lines.length > 0 ? end : ''));
  utimesSync(file, changedAt, changedAt);
}

/** Every `step` seconds, the end not included. */
export const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);

/** What `#staunch total` rows count, as `MINUTE STATUS N` for each minute that has any. */
export const minuteTotals = (rows: readonly string[]): string[] =>
  rows
    .flatMap(row => {
      const [minute, status, counts = ''] = row.split(' ');
      return counts
        .split(',')
        .flatMap((count, at) => (count === '' ? [] : [`${Number(minute) + at * 60} ${status} ${count}`]));
    })
    .sort();

/** A home of its own for one test file, and in it an own directory for each log. */
export class LogHome {
  readonly path = mkdtempSync(join(tmpdir(), 'staunch-logs-'));
  #count = 0;

  constructor() {
    chmodSync(this.path, 0o755);
  }

  newDirectory(): string {
    const dir = join(this.path, String(++this.#count));
    mkdirSync(dir);
    return dir;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
