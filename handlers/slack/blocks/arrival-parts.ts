import type { RichTextElement } from '@slack/types';
import type { Eta } from '../../../src/growth/growth-finding.ts';
import { arrivalOf } from '../../../src/report/arrival.ts';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import { timeElement, words } from './block-parts.ts';
import { type Mrkdwn, own, readersTime, TIME_FORMAT, type TimeFormat } from './slack-text.ts';

/** It may have come to that already. */
const ANY_TIME = 'any time until ';
/** From here on a clock alone could be of today or of tomorrow. */
const SAME_DAY_MS = 12 * 3_600_000;

/** `about 16:40 (15:55 – 17:30)` by the reader's clock. `atMs`: when it was judged. */
export function arrivalElements(eta: Eta, atMs: number): RichTextElement[] {
  const { fromMs, aboutMs, toMs } = arrivalOf(eta, atMs);
  return [
    words('about '),
    instant(aboutMs, atMs),
    words(' ('),
    ...(fromMs <= atMs ? [words(ANY_TIME)] : [instant(fromMs, atMs), words(' – ')]),
    instant(toMs, atMs),
    words(')'),
  ];
}

/** `15:55 – 17:30` by the reader's clock: for a cell. */
export function arrivalRange(eta: Eta, atMs: number): RichTextElement[] {
  const { fromMs, toMs } = arrivalOf(eta, atMs);
  return [...(fromMs <= atMs ? [words('now')] : [instant(fromMs, atMs)]), words(' – '), instant(toMs, atMs)];
}

/** `about 15:40 (14:55 – 16:30) UTC`: the same as text. */
export function arrivalUtc(eta: Eta, atMs: number): string {
  const { aboutMs } = arrivalOf(eta, atMs);
  return `about ${utcWords(aboutMs, atMs)} (${rangeUtc(eta, atMs).replace(/ UTC$/, '')}) UTC`;
}

/** `14:55 – 16:30 UTC`. */
export function rangeUtc(eta: Eta, atMs: number): string {
  const { fromMs, toMs } = arrivalOf(eta, atMs);
  const from = fromMs <= atMs ? ANY_TIME : `${utcWords(fromMs, atMs)} – `;
  return `${from}${utcWords(toMs, atMs)} UTC`;
}

/** An instant by the reader's clock, with the day where it is not today's for sure. */
export function instant(ms: number, nowMs: number): RichTextElement {
  return timeElement(ms, formatOf(ms, nowMs), `${utcWords(ms, nowMs)} UTC`);
}

/** The same as mrkdwn, with UTC behind it. */
export function instantMrkdwn(ms: number, nowMs: number): Mrkdwn {
  const utc = `${utcWords(ms, nowMs)} UTC`;
  return own`${readersTime(ms, formatOf(ms, nowMs), utc)} your time (${utc})`;
}

/** `16:40`, or `23 Nov 16:40` where it may be another day. */
export function utcWords(ms: number, nowMs: number): string {
  const clock = clockWords(ms, 'UTC', 'minute');
  return isNear(ms, nowMs) && dayWords(ms, 'UTC') === dayWords(nowMs, 'UTC')
    ? clock
    : `${dayWords(ms, 'UTC')} ${clock}`;
}

function formatOf(ms: number, nowMs: number): TimeFormat {
  return isNear(ms, nowMs) ? TIME_FORMAT.minute : TIME_FORMAT.dayMinute;
}

function isNear(ms: number, nowMs: number): boolean {
  return Math.abs(ms - nowMs) < SAME_DAY_MS;
}
