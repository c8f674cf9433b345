import type { InputBlock, ModalView } from '@slack/types';
import { growthHeadline } from '../../../src/report/growth-headline.ts';
import { durationWords } from '../../../src/report/time-words.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import { CALLBACK } from '../action-ids.ts';
import { bold, line, plain, richText, words } from './block-parts.ts';
import { clamp, LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { instantOf, type SubmittedView, textOf } from './view-values.ts';
import { arrivalLine } from './warning-arrival.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What nobody remembers after that is not to sleep on. */
const LONGEST_MS = 7 * 24 * HOUR_MS;
/** As much as is kept of a reason. */
const LONGEST_REASON = 500;

/** Block ids, which are also the keys of errors. */
const INPUT = { for: 'for', until: 'until', left: 'left', reason: 'reason' } as const;
const LENGTHS_MS = [HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS];
const LEFT_MS = [30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS];

const TOLD_ALL_THE_SAME = 'What gets worse than it is now is told all the same, and kills are diagnosed.';
const NOTHING_WORSE =
  'It is critical already, so nothing about its growth is told until the snooze ends. Kills are diagnosed all the same.';

/** The modal that asks until when nobody is to hear of a warning. */
export function snoozeView(warning: Warning): ModalView {
  const { growth } = warning;
  const headline = growthHeadline({ ...growth, service: shown(growth.service, 60) });
  return {
    type: 'modal',
    callback_id: CALLBACK.snooze,
    title: plain('Snooze this warning', LIMITS.viewTitle.most),
    submit: plain('Snooze', LIMITS.viewSubmit.most),
    close: plain('Cancel', LIMITS.viewClose.most),
    private_metadata: warning.id,
    blocks: [
      richText(
        line(bold(`${headline} (${growth.severity.toUpperCase()})`)),
        ...(growth.severity === 'calm' ? [] : [line(...arrivalLine(growth))]),
        line(words(growth.severity === 'critical' ? NOTHING_WORSE : TOLD_ALL_THE_SAME)),
      ),
      lengths(INPUT.for, 'For how long', LENGTHS_MS),
      {
        type: 'input',
        block_id: INPUT.until,
        optional: true,
        label: plain('Or until'),
        hint: plain(
          'In your time zone, 7 days from now at most. With a date here, "For how long" does not count.',
        ),
        element: { type: 'datetimepicker', action_id: INPUT.until },
      },
      {
        ...lengths(INPUT.left, 'Or until the limit may be nearer than', LEFT_MS),
        hint: plain(
          'By the early end of the forecast. With a time above, whichever comes first ends the snooze.',
        ),
      },
      {
        type: 'input',
        block_id: INPUT.reason,
        optional: true,
        label: plain('Why'),
        hint: plain('Stands in the message, so that nobody else looks into it again. No secrets, please.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT.reason,
          max_length: LONGEST_REASON - 100,
        },
      },
    ],
  };
}

function lengths(blockId: string, label: string, all: readonly number[]): InputBlock {
  return {
    type: 'input',
    block_id: blockId,
    optional: true,
    label: plain(label),
    element: {
      type: 'static_select',
      action_id: blockId,
      placeholder: plain('Choose', LIMITS.placeholder.most),
      options: all.map(ms => ({ text: plain(durationWords(ms), LIMITS.optionText.most), value: String(ms) })),
    },
  };
}

export type SnoozeChosen =
  | {
      readonly ok: true;
      readonly warningId: string;
      readonly untilMs: number;
      readonly untilLeftMs?: number;
      readonly reason?: string;
    }
  /** By block id, as `response_action: errors` wants them. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads a submitted snooze. Without a time it ends after seven days: nothing sleeps for ever. */
export function snoozeOf(view: SubmittedView, nowMs: number): SnoozeChosen {
  const date = instantOf(view, INPUT.until);
  const length = chosenOf(view, INPUT.for, LENGTHS_MS);
  const left = chosenOf(view, INPUT.left, LEFT_MS);
  if (date === undefined && length === undefined && left === undefined)
    return wrong(INPUT.for, 'Choose for how long, until when, or until what is left.');
  if (date !== undefined && date <= nowMs) return wrong(INPUT.until, 'This lies in the past.');
  if (date !== undefined && date > nowMs + LONGEST_MS)
    return wrong(
      INPUT.until,
      'At most 7 days from now: longer than that belongs into staunch.yml (watch: false).',
    );
  const reason = clamp(textOf(view, INPUT.reason), LONGEST_REASON);
  return {
    ok: true,
    warningId: view.private_metadata,
    untilMs: date ?? nowMs + (length ?? LONGEST_MS),
    ...(left !== undefined && { untilLeftMs: left }),
    ...(reason !== '' && { reason }),
  };
}

/** Errors for a distance that is no distance any more. */
export function alreadyNearer(): Readonly<Record<string, string>> {
  return { [INPUT.left]: 'It may be nearer than that already: the snooze would end at once. Choose less.' };
}

function chosenOf(view: SubmittedView, blockId: string, all: readonly number[]): number | undefined {
  return all.find(ms => String(ms) === textOf(view, blockId));
}

function wrong(blockId: string, problem: string): SnoozeChosen {
  return { ok: false, errors: { [blockId]: problem } };
}
