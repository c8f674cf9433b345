import type { ModalView } from '@slack/types';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import { CALLBACK } from '../action-ids.ts';
import { bold, line, plain, richText, words } from './block-parts.ts';
import { frame } from './change-view-parts.ts';
import { clamp, LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { type SubmittedView, textOf } from './view-values.ts';

const INPUT = 'words';
const LONGEST = 2_000;

/** Something for the timeline, written at a step; the step stays as it is. */
export function stepNoteView({ incident, card, number }: Standing): ModalView {
  return {
    ...frame('Add a note'),
    callback_id: CALLBACK.stepNote,
    submit: plain('Keep it', LIMITS.viewSubmit.most),
    private_metadata: `${incident.id} ${card?.number ?? 0}`,
    blocks: [
      richText(
        line(
          bold(`Incident ${number}, ${shown(incident.service, 80)}`),
          words(card?.step === undefined ? '' : `: ${shown(card.step.title, 100)}`),
        ),
      ),
      {
        type: 'input',
        block_id: INPUT,
        label: plain('What should whoever comes after you know?'),
        hint: plain('It stands in the timeline and in the post-mortem. No secrets, please.'),
        element: { type: 'plain_text_input', action_id: INPUT, multiline: true, max_length: LONGEST },
      },
    ],
  };
}

/** Asks for the reason before an incident is closed. @param reason what the evidence speaks for */
export function resolveView({ incident, number }: Standing, reason: string): ModalView {
  return {
    ...frame('Resolve the incident'),
    callback_id: CALLBACK.resolveIncident,
    submit: plain('Resolve', LIMITS.viewSubmit.most),
    private_metadata: incident.id,
    blocks: [
      richText(
        line(
          bold(`Incident ${number}, ${shown(incident.service, 80)}`),
          words('. If it comes back within half an hour, it is opened again in the same thread.'),
        ),
      ),
      {
        type: 'input',
        block_id: INPUT,
        label: plain('Why is it over?'),
        hint: plain('It stands in the thread, in the timeline and in the post-mortem.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT,
          multiline: true,
          max_length: LONGEST,
          initial_value: clamp(shown(reason, 500), 500),
        },
      },
    ],
  };
}

export type Written =
  | { readonly ok: true; readonly incidentId: string; readonly card: number; readonly text: string }
  /** By block id, as `response_action: errors` wants them. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads what was written in one of the two. */
export function writtenOf(view: SubmittedView): Written {
  const text = textOf(view, INPUT);
  if (text === '') return { ok: false, errors: { [INPUT]: 'Write a few words.' } };
  const [incidentId = '', card = '0'] = view.private_metadata.split(' ');
  return { ok: true, incidentId, card: Number(card), text: clamp(text, LONGEST) };
}
