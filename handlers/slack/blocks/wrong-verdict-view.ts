import type { ModalView, PlainTextOption } from '@slack/types';
import { CAUSE_IDS, type CauseId } from '../../../src/diagnosis/cause.ts';
import { causeWords } from '../../../src/report/cause-words.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import { CALLBACK } from '../action-ids.ts';
import { bold, line, plain, richText, words } from './block-parts.ts';
import { clamp, LIMITS } from './slack-limits.ts';
import { type SubmittedView, textOf } from './view-values.ts';

const INPUT = { cause: 'cause', words: 'words' } as const;
/** As much as is kept of a note. */
const LONGEST_NOTE = 2_000;
/** Answers that are no cause of ours. */
const OTHERS = { nothing: 'nothing was wrong', other: 'something else' } as const;

/** The modal that asks what it really was. */
export function wrongVerdictView(run: Pick<Run, 'id' | 'incident' | 'number'>): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.wrongVerdict,
    title: plain('Wrong verdict?', LIMITS.viewTitle.most),
    submit: plain('Send', LIMITS.viewSubmit.most),
    close: plain('Cancel', LIMITS.viewClose.most),
    private_metadata: run.id,
    blocks: [
      richText(
        line(
          bold(run.incident.service, 80),
          words(`, run ${run.number}. Say what it really was; it is kept beside the verdict.`),
        ),
      ),
      {
        type: 'input',
        block_id: INPUT.cause,
        optional: true,
        label: plain('What was it?'),
        element: {
          type: 'static_select',
          action_id: INPUT.cause,
          placeholder: plain('Choose, if it is in the list', LIMITS.placeholder.most),
          options: options(),
        },
      },
      {
        type: 'input',
        block_id: INPUT.words,
        optional: true,
        label: plain('In your words'),
        hint: plain('How do you know? A line from a log helps most. No secrets, please.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT.words,
          multiline: true,
          max_length: LONGEST_NOTE - 100,
        },
      },
    ],
  };
}

function options(): PlainTextOption[] {
  const option = (value: string, text: string): PlainTextOption => ({
    text: plain(text, LIMITS.optionText.most),
    value,
  });
  return [
    ...CAUSE_IDS.map(id => option(id, causeWords(id).title)),
    ...Object.entries(OTHERS).map(([value, text]) => option(value, text)),
  ];
}

export type Noted =
  | {
      readonly ok: true;
      readonly runId: string;
      /** What it really was, in words; at most 2,000 characters. */
      readonly note: string;
    }
  /** By block id, as `response_action: errors` wants them. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads a submitted note. */
export function notedOf(view: SubmittedView): Noted {
  const cause = titleOf(textOf(view, INPUT.cause));
  const said = textOf(view, INPUT.words);
  if (cause === '' && said === '')
    return { ok: false, errors: { [INPUT.words]: 'Choose a cause or say it in your words.' } };
  const note = [cause, said].filter(text => text !== '').join(': ');
  return { ok: true, runId: view.private_metadata, note: clamp(note, LONGEST_NOTE) };
}

function titleOf(value: string): string {
  if (isCause(value)) return causeWords(value).title;
  return Object.hasOwn(OTHERS, value) ? OTHERS[value as keyof typeof OTHERS] : '';
}

function isCause(value: string): value is CauseId {
  return (CAUSE_IDS as readonly string[]).includes(value);
}
