import type { RichTextElement } from '@slack/types';
import type { Window } from '../../../src/collectors/question.ts';
import { clockWords, durationWords, windowWords } from '../../../src/report/time-words.ts';
import { gapOf, timeElement, words } from './block-parts.ts';
import { type Mrkdwn, own, readersTime, TIME_FORMAT } from './slack-text.ts';

/** Below ten minutes the seconds are what the reader compares with the logs. */
const SECONDS_MATTER_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** A window that ended this shortly before it was asked for is "the last 2 h". */
const UP_TO_NOW_MS = 90_000;

/** `22 Nov 2026 10:11:21 – 10:12:48 UTC`. */
export function windowUtc({ fromMs, toMs }: Window): string {
  return windowWords(fromMs, toMs, 'UTC');
}

/** Both ends in the reader's zone, then in UTC, and how long that is. */
export function windowElements(window: Window): RichTextElement[] {
  const { from, to } = formatsOf(window);
  return [
    timeElement(window.fromMs, from, `${clockWords(window.fromMs, 'UTC')} UTC`),
    gapOf(' – '),
    timeElement(window.toMs, to, `${clockWords(window.toMs, 'UTC')} UTC`),
    words(` your time · ${windowUtc(window)} (${durationWords(window.toMs - window.fromMs)})`),
  ];
}

/** The same as mrkdwn. */
export function windowMrkdwn(window: Window): Mrkdwn {
  const { from, to } = formatsOf(window);
  const fromTime = readersTime(window.fromMs, from, `${clockWords(window.fromMs, 'UTC')} UTC`);
  const toTime = readersTime(window.toMs, to, `${clockWords(window.toMs, 'UTC')} UTC`);
  return own`${fromTime} – ${toTime} your time · ${windowUtc(window)}`;
}

/** `the last 2 h` when the window ended as it was asked for, else `a window of 15 min`. */
export function lookBackWords(window: Window, askedAtMs: number): string {
  const length = durationWords(window.toMs - window.fromMs);
  return Math.abs(askedAtMs - window.toMs) <= UP_TO_NOW_MS ? `the last ${length}` : `a window of ${length}`;
}

function formatsOf({ fromMs, toMs }: Window) {
  const fine = toMs - fromMs < SECONDS_MATTER_MS;
  const day = fine ? TIME_FORMAT.daySecond : TIME_FORMAT.dayMinute;
  // The reader's midnight is not known here: from twelve hours on the day is said twice.
  const sameDay = toMs - fromMs < DAY_MS / 2;
  return { from: day, to: sameDay ? (fine ? TIME_FORMAT.second : TIME_FORMAT.minute) : day } as const;
}
