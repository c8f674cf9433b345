import type { ModalView } from '@slack/types';
import type { ChangeView } from '../../../src/workflows/change-ports.ts';
import { CALLBACK } from '../action-ids.ts';
import { bold, line, plain, richText, section, words } from './block-parts.ts';
import { bullets, frame, INPUT, nameInput, reasonInput } from './change-view-parts.ts';
import { changeValue, shortDigest } from './change-words.ts';
import { diffBlocks } from './diff-blocks.ts';
import { LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { type SubmittedView, textOf } from './view-values.ts';

/** Asks once more before it counts: which change, and on production by typing the service's name. */
export function approveView(view: ChangeView, asksName: boolean): ModalView {
  const { proposal } = view;
  const { service, servers } = proposal.plan;
  return {
    ...frame('Approve this change?'),
    callback_id: CALLBACK.approveChange,
    submit: plain('Approve', LIMITS.viewSubmit.most),
    private_metadata: changeValue(view),
    blocks: [
      richText(
        line(bold(shown(proposal.brief.what, 150))),
        line(
          words(
            servers.length === 1
              ? `On ${servers[0]?.server}.`
              : `On ${servers.length} servers, one after the other: ${servers.map(each => each.server).join(', ')}.`,
            400,
          ),
        ),
        line(
          words('Plan '),
          bold(shortDigest(proposal.digest)),
          words('. You approve exactly what the card shows, and nothing else.'),
        ),
      ),
      ...diffBlocks(proposal.brief.diffs),
      ...bullets('Expected', proposal.brief.effects),
      ...bullets(
        'To know',
        proposal.brief.ticks.filter(tick => tick.state !== 'ok').map(tick => tick.text),
      ),
      ...(asksName ? [nameInput(service)] : []),
    ],
  };
}

export type ConsentGiven =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** @param service whose name had to be typed; undefined where it had not */
export function approvedOf(view: SubmittedView, service: string | undefined): ConsentGiven {
  if (service !== undefined && textOf(view, INPUT.name) !== service)
    return { ok: false, errors: { [INPUT.name]: `Type ${service} to approve it on production.` } };
  return { ok: true, value: view.private_metadata };
}

export function rejectView(view: ChangeView): ModalView {
  return asking(view, {
    title: 'Reject this change',
    callback: CALLBACK.rejectChange,
    submit: 'Reject',
    label: 'Why not? The requester reads this.',
  });
}

export function breakGlassView(view: ChangeView): ModalView {
  return asking(view, {
    title: 'Break glass',
    callback: CALLBACK.breakGlass,
    submit: 'Apply it now',
    label: 'Why can it not wait? Everybody in the channel reads this.',
    warning:
      '🚨 This applies the change without the approvals it needs, in a freeze too. The channel is told who did it and why, and it is written into the audit.',
  });
}

export function markAppliedView(view: ChangeView): ModalView {
  return asking(view, {
    title: 'Applied by hand',
    callback: CALLBACK.markApplied,
    submit: 'It is applied',
    label: 'What was done, where, and what did you check?',
    warning: 'From now on the same measures are compared as for a change that Staunch makes.',
  });
}

/** Reads a submitted reason: the value of the change and the words. */
export function reasonOf(
  view: SubmittedView,
):
  | { readonly ok: true; readonly value: string; readonly reason: string }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> } {
  const reason = textOf(view, INPUT.reason);
  return reason === ''
    ? { ok: false, errors: { [INPUT.reason]: 'Say why; one sentence is enough.' } }
    : { ok: true, value: view.private_metadata, reason };
}

function asking(
  view: ChangeView,
  ask: {
    readonly title: string;
    readonly callback: string;
    readonly submit: string;
    readonly label: string;
    readonly warning?: string;
  },
): ModalView {
  const { brief, digest } = view.proposal;
  return {
    ...frame(ask.title),
    callback_id: ask.callback,
    submit: plain(ask.submit, LIMITS.viewSubmit.most),
    private_metadata: changeValue(view),
    blocks: [
      richText(line(bold(shown(brief.what, 150))), line(words(`Plan ${shortDigest(digest)}`))),
      ...(ask.warning === undefined ? [] : [section(ask.warning)]),
      reasonInput(ask.label),
    ],
  };
}
