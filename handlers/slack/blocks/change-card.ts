import type { Button, KnownBlock, RichTextElement } from '@slack/types';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import type { ChangeView } from '../../../src/workflows/change-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { ACTION } from '../action-ids.ts';
import {
  actions,
  bold,
  button,
  context,
  header,
  line,
  list,
  message,
  richText,
  section,
  verbatim,
  words,
} from './block-parts.ts';
import { changeValue, isByHand, shortDigest, standingOf } from './change-words.ts';
import { diffGroups, isInline } from './diff-parts.ts';
import { fitted } from './slack-limits.ts';
import {
  joined,
  type Mrkdwn,
  mention,
  mentionAny,
  own,
  readersTime,
  shown,
  TIME_FORMAT,
} from './slack-text.ts';
import { tickBlocks } from './tick-lines.ts';
import { whereElements } from './where-elements.ts';

/** Of what is fine so many are enough. */
const TICKS = 4;
const LINES = 6;

/**
 * The card of a change: what, where and why, the diff, what was looked at before, what will come of it, how it is
 * undone, and who must approve it. Its buttons are there only while they can do something.
 */
export function changeCard(view: ChangeView): Message {
  const { sign, words: standing } = standingOf(view);
  const { brief } = view.proposal;
  const title = `${sign} ${shown(brief.what, 115)}: ${standing}`;
  return message(
    spoken(view, title),
    fitted(scale => cardBlocks(view, title, scale)),
  );
}

function cardBlocks(view: ChangeView, title: string, scale: number): KnownBlock[] {
  const { proposal } = view;
  const { brief, state } = proposal;
  const isOpen = state === 'open';
  const ended =
    proposal.detail === undefined || isOpen ? [] : [section(shown(proposal.detail, 1_500 * scale))];
  return [
    header(title),
    ...ended,
    richText(
      line(bold('Where '), ...whereElements(brief.where)),
      line(bold('Asked because '), words(proposal.reason, Math.round(500 * scale))),
      ...(brief.why.length > 0
        ? [line(bold('Why '), words(brief.why.join(' '), Math.round(700 * scale)))]
        : []),
    ),
    ...diffBlocks(view),
    ...commandBlocks(view, scale),
    ...(isOpen || state === 'approved' || state === 'applying' ? aheadBlocks(view, scale) : []),
    ...(isOpen ? [...consentBlocks(view), actions(buttonsOf(view))] : []),
    context(footer(view)),
  ];
}

/** The exact change where it is short enough; otherwise it stands in the files below. */
function diffBlocks(view: ChangeView): KnownBlock[] {
  const { diffs } = view.proposal.brief;
  if (diffs.length === 0) return [];
  if (!isInline(diffs))
    return [
      section(
        `The exact change is in ${diffs.length === 1 ? 'the file' : `${diffs.length} files`} below this card.`,
      ),
    ];
  return diffGroups(diffs).flatMap(group => [
    richText(
      line(bold(`${shown(group.path, 150)}`), words(` on ${shown(group.servers.join(', '), 200)}`)),
      verbatim(group.text),
    ),
  ]);
}

function commandBlocks(view: ChangeView, scale: number): KnownBlock[] {
  const { commands = [] } = view.proposal.brief;
  return commands.slice(0, 3).map(({ server, lines }) =>
    richText(
      line(bold(`By hand on ${shown(server, 80)}`)),
      verbatim(
        lines
          .slice(0, 12)
          .map(each => shown(each, Math.round(300 * scale)))
          .join('\n'),
      ),
    ),
  );
}

/** What was looked at, what is expected, and the way back. */
function aheadBlocks(view: ChangeView, scale: number): KnownBlock[] {
  const { ticks, effects, rollback } = view.proposal.brief;
  const effectItems = effects.slice(0, LINES).map((text): RichTextElement[] => [words(text, 300)]);
  return [
    ...tickBlocks(ticks, Math.round(TICKS * scale), 300),
    ...(effectItems.length > 0 ? [richText(line(bold('Expected')), list('bullet', effectItems))] : []),
    richText(line(bold('Way back '), words(rollback, Math.round(600 * scale)))),
  ];
}

function consentBlocks(view: ChangeView): KnownBlock[] {
  if (isByHand(view)) return [];
  const { quorum, brief } = view.proposal;
  const count = view.approvals.length;
  const given = joined(
    view.approvals.map(({ approver }) => own`✅ ${mention(approver)}`),
    ' ',
  );
  const need = `Needs ${quorum} ${quorum === 1 ? 'approval' : 'approvals'}: ${count} of ${quorum}`;
  const asked = joined(brief.ask.slice(0, 5).map(mentionAny), ', ');
  return [
    context(own`${need} ${given}${count === 0 && brief.ask.length > 0 ? own` · asks ${asked}` : own``}`),
  ];
}

function buttonsOf(view: ChangeView): Button[] {
  const value = changeValue(view);
  if (isByHand(view))
    return [
      button('Mark as applied by hand', ACTION.markApplied, value, {
        label: 'Say that you have applied this change by hand',
      }),
      button('Reject', ACTION.rejectChange, value, { label: 'Reject this change, with a reason' }),
    ];
  const canChange = Object.keys(view.proposal.brief.settings).length > 0;
  return [
    button('Approve', ACTION.approveChange, value, {
      style: 'primary',
      label: 'Review and approve exactly this change',
    }),
    button('Reject', ACTION.rejectChange, value, { label: 'Reject this change, with a reason' }),
    ...(canChange
      ? [
          button('Change numbers', ACTION.changeNumbers, value, {
            label: 'Propose other numbers; that makes a new plan',
          }),
        ]
      : []),
    button('Break glass', ACTION.breakGlass, value, {
      label: 'Apply without the approvals, with a reason that everybody reads',
    }),
  ];
}

function footer(view: ChangeView): Mrkdwn {
  const { proposal, approvals } = view;
  const { requester, expiresAtMs, digest, state, breakGlass } = proposal;
  const by =
    approvals.length === 0
      ? own``
      : own` · approved by ${joined(
          approvals.map(a => mention(a.approver)),
          ', ',
        )}`;
  const glass = breakGlass === undefined ? own`` : own` · glass broken by ${mention(breakGlass.person)}`;
  const until =
    state === 'open'
      ? own` · expires ${readersTime(expiresAtMs, TIME_FORMAT.minute, `${clockWords(expiresAtMs, 'UTC', 'minute')} UTC`)}`
      : own``;
  const made = `${dayWords(proposal.createdAtMs, 'UTC')} ${clockWords(proposal.createdAtMs, 'UTC', 'minute')} UTC`;
  const at = readersTime(proposal.createdAtMs, TIME_FORMAT.dayMinute, made);
  return own`Proposed by ${mention(requester)}, ${at}${until} · plan ${shortDigest(digest)}${state === 'open' ? own`` : by}${glass}`;
}

/** The card without blocks. */
function spoken(view: ChangeView, title: string): Mrkdwn {
  const { brief, state, quorum, detail } = view.proposal;
  const consent =
    state !== 'open' || isByHand(view)
      ? ''
      : ` ${view.approvals.length} of ${quorum} approvals. Plan ${shortDigest(view.proposal.digest)}.`;
  const blocked = brief.ticks.filter(tick => tick.state !== 'ok').map(tick => shown(tick.text, 150));
  const notes = blocked.length === 0 || state !== 'open' ? '' : ` To know: ${blocked.slice(0, 3).join(' ')}`;
  const end = detail === undefined || state === 'open' ? '' : ` ${shown(detail, 400)}`;
  return own`${title}. ${shown(brief.where, 200)}.${end}${consent}${notes}`;
}
