import type { HostClock } from '../../src/signals/host-state.ts';
import { firstInstant, ISO, SLASHED, TIME_LOCAL } from './stamps.ts';

/** Both ends inclusive, epoch seconds, as a question's arguments say it. */
export interface LogWindow {
  readonly from: number;
  readonly to: number;
}

/** The `error-log` answer: the window's lines, with what the read script says about the file. */
export function errorLogAnswer(path: string, text: string, window: LogWindow, clock: HostClock): string {
  const lines: string[] = [];
  const covers = new Covers();
  let inside = false;
  for (const line of linesOf(text)) {
    const at = secondOf(line.slice(0, 19), [SLASHED], clock);
    // A line without a stamp goes on where the last one stopped.
    if (at !== undefined) inside = covers.see(at) >= window.from && at <= window.to;
    if (inside) lines.push(line);
  }
  return answerOf(path, text, lines, [], covers, lines.length);
}

/**
 * The `access-log` answer: lines of failed and retried requests, and how many requests of each minute ended
 * with which status.
 *
 * @param place where the status stands: `after-request`, `json:NAME` or `field:N`
 */
export function accessLogAnswer(
  path: string,
  text: string,
  window: LogWindow,
  clock: HostClock,
  place: string,
): string {
  const lines: string[] = [];
  const totals = new Map<string, number>();
  const covers = new Covers();
  for (const line of linesOf(text)) {
    const at = accessSecond(line, clock);
    if (at === undefined || covers.see(at) < window.from || at > window.to) continue;
    const status = statusOf(line, place);
    const kind = `${at - (at % 60)} ${status}`;
    totals.set(kind, (totals.get(kind) ?? 0) + 1);
    if (status === '499' || status >= '500' || RETRIED.test(line)) lines.push(line);
  }
  const counted = [...totals].map(([kind, count]) => `#staunch total ${kind} ${count}`);
  return answerOf(path, text, lines, counted, covers, lines.length);
}

/** `us="502, 200"`: the client saw 200, the first try failed. */
const RETRIED = /(?:^|[^0-9.])5\d\d(?:, | : )[-\d]/;

/** The oldest and the newest second of a log. */
class Covers {
  #oldest: number | undefined;
  #newest = 0;

  see(at: number): number {
    this.#oldest ??= at;
    this.#newest = at;
    return at;
  }

  lines(): string[] {
    return this.#oldest === undefined ? [] : [`#staunch covers ${this.#oldest} ${this.#newest}`];
  }
}

function answerOf(
  path: string,
  text: string,
  lines: readonly string[],
  totals: readonly string[],
  covers: Covers,
  count: number,
): string {
  const size = Buffer.byteLength(text, 'latin1');
  const rows = [
    `#staunch file ${path} ${size} 0 ${size}`,
    ...lines,
    ...totals,
    ...covers.lines(),
    `#staunch lines ${count}`,
  ];
  return `${rows.join('\n')}\n`;
}

/** A recorded answer of the read script brings its own remarks; they are made anew for the window asked for. */
const linesOf = (text: string) =>
  text.split('\n').filter(line => line !== '' && !line.startsWith('#staunch '));

function secondOf(line: string, forms: readonly RegExp[], clock: HostClock): number | undefined {
  const atMs = firstInstant(line, forms, clock);
  return atMs === undefined ? undefined : Math.floor(atMs / 1000);
}

/** When a line of an access log was written, epoch seconds by our clock. */
export function accessSecond(line: string, clock: HostClock): number | undefined {
  return secondOf(line, [TIME_LOCAL, ISO], clock) ?? msecOf(line);
}

function msecOf(line: string): number | undefined {
  const seconds = /(?<![\d.])([12]\d{9})\.\d{3}(?!\d)/.exec(line)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** The status of a request, `000` where the line shows none. */
export function statusOf(line: string, place: string): string {
  if (place.startsWith('json:')) {
    const at = line.indexOf(`"${place.slice(5)}":`);
    return (at < 0 ? undefined : /^[^:]*: *"?([1-9]\d\d)(?!\d)/.exec(line.slice(at))?.[1]) ?? '000';
  }
  if (place.startsWith('field:'))
    return /[1-9]\d\d/.exec(line.trim().split(/\s+/)[Number(place.slice(6)) - 1] ?? '')?.[0] ?? '000';
  return /" ([1-9]\d\d)(?: |$)/.exec(line)?.[1] ?? '000';
}
