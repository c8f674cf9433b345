import type { RichTextElement } from '@slack/types';
import { durationWords } from '../../../src/report/time-words.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import { instant, utcWords } from './arrival-parts.ts';
import { words } from './block-parts.ts';
import { shown } from './slack-text.ts';

const LONGEST_REASON = 300;

/** Until when nobody is told, and why somebody wanted that. */
export function snoozeElements({ snooze, changedAtMs }: Warning): RichTextElement[] {
  if (snooze === undefined) return [];
  const { untilMs, untilLeftMs } = snooze;
  const near = nearWords(untilLeftMs);
  return [
    words('💤 Snoozed until '),
    ...(untilMs === undefined ? [] : [instant(untilMs, changedAtMs)]),
    ...(untilMs !== undefined && near !== '' ? [words(', or until ')] : []),
    ...(near === '' ? [] : [words(near)]),
    words(`.${reasonWords(snooze.reason)} What gets worse is told all the same.`),
  ];
}

/** The same as text, in UTC. */
export function snoozeText({ snooze, changedAtMs }: Warning): string {
  if (snooze === undefined) return '';
  const { untilMs, untilLeftMs } = snooze;
  const ends = [untilMs === undefined ? '' : `${utcWords(untilMs, changedAtMs)} UTC`, nearWords(untilLeftMs)];
  return `Snoozed until ${ends.filter(end => end !== '').join(', or until ')}.${reasonWords(snooze.reason)}`;
}

function nearWords(untilLeftMs: number | undefined): string {
  return untilLeftMs === undefined ? '' : `less than ${durationWords(untilLeftMs)} may be left`;
}

function reasonWords(reason: string | undefined): string {
  return reason === undefined || reason.trim() === '' ? '' : ` “${shown(reason, LONGEST_REASON)}”`;
}
