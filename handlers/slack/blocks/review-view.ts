import type { KnownBlock, ModalView } from '@slack/types';
import { REMEDIES, type RemedyId } from '../../../src/remediation/plan.ts';
import type { ChangeBrief, Planned } from '../../../src/workflows/planned-change.ts';
import { ACTION, CALLBACK } from '../action-ids.ts';
import { bold, line, plain, richText, section } from './block-parts.ts';
import { bullets, closedView, frame, INPUT, reasonInput } from './change-view-parts.ts';
import { diffBlocks } from './diff-blocks.ts';
import { LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { tickBlocks } from './tick-lines.ts';
import { type SubmittedView, textOf } from './view-values.ts';
import { whereElements } from './where-elements.ts';

/** Block ids of numbers begin with this; the name follows. */
const NUMBER = 'number-';
const TICKS = 8;

/** What a number is called, and what it means, for who changes it. */
const NUMBERS: Readonly<Record<string, { readonly label: string; readonly hint: string }>> = {
  maxRequests: {
    label: 'max_requests',
    hint: 'A worker is replaced after so many requests. Smaller: less memory, more restarts.',
  },
  maxRequestsJitter: {
    label: 'max_requests_jitter',
    hint: 'Up to so many requests more, drawn for each worker, so that they do not leave together.',
  },
  memoryMaxBytes: {
    label: 'MemoryMax, bytes',
    hint: 'The kernel kills a process when all of them exceed it.',
  },
  memoryHighBytes: { label: 'MemoryHigh, bytes', hint: 'Above it the kernel slows the processes down.' },
  workers: { label: 'workers', hint: 'How many worker processes Gunicorn keeps.' },
};

/** What a review modal belongs to; travels in its metadata. */
export interface ReviewSubject {
  readonly service: string;
  /** Whatever helps most, until somebody chooses. */
  readonly remedy?: RemedyId;
  /** The incident it is told below, when it is. */
  readonly incidentId?: string;
  readonly channel: string;
  readonly threadTs?: string;
}

/** Shown at once, while the servers are looked at: Slack gives three seconds. */
export function reviewLoadingView(subject: ReviewSubject): ModalView {
  return {
    ...frame('Propose a change'),
    blocks: [
      section(
        `⏳ Looking at ${shown(subject.service, 80)} and working out the change. Nothing is changed. This takes some seconds; the window shows it by itself.`,
      ),
    ],
  };
}

/** What was planned, for who is about to propose it: numbers to change, reason to give. Or why there is none. */
export function reviewView(subject: ReviewSubject, planned: Planned): ModalView {
  if (planned.kind === 'problem') return closedView('Not planned', [section(shown(planned.problem, 2_500))]);
  if (planned.kind === 'refused') return refusedView(subject, planned);
  const { brief } = planned;
  return {
    ...frame('Propose a change'),
    callback_id: CALLBACK.reviewChange,
    submit: plain(planned.kind === 'plan' ? 'Request approval' : 'Post for a human', LIMITS.viewSubmit.most),
    private_metadata: JSON.stringify({ ...subject, remedy: brief.remedy }),
    blocks: [
      remedyChoice(brief.remedy),
      richText(line(bold(shown(brief.what, 150))), line(...whereElements(brief.where))),
      ...(planned.kind === 'by-hand' ? [section(`✋ ${shown(planned.why, 1_000)}`)] : []),
      ...bullets('Why', brief.why),
      ...(planned.kind === 'plan' ? numberInputs(brief.settings) : []),
      ...diffBlocks(brief.diffs),
      ...tickBlocks(brief.ticks, TICKS),
      ...bullets('Expected', brief.effects),
      reasonInput('Why now? Approvers read this.'),
    ],
  };
}

/** Why it is not proposed, what is right instead, and another kind of change or other numbers to try. */
function refusedView(
  subject: ReviewSubject,
  planned: Extract<Planned, { readonly kind: 'refused' }>,
): ModalView {
  const { remedy, reason, instead, settings, brief } = planned;
  const canChoose = Object.keys(settings).length > 0;
  return {
    ...frame('Not proposed'),
    close: plain('Close', LIMITS.viewClose.most),
    callback_id: CALLBACK.reviewChange,
    ...(canChoose && { submit: plain('Plan these numbers', LIMITS.viewSubmit.most) }),
    private_metadata: JSON.stringify({ ...subject, remedy }),
    blocks: [
      remedyChoice(remedy),
      section(shown(reason, 2_000)),
      ...bullets('What is right instead', instead),
      ...(brief ? tickBlocks(brief.ticks, TICKS) : []),
      ...(canChoose
        ? [...numberInputs(settings), reasonInput('Why these numbers? Approvers read this.')]
        : []),
    ],
  };
}

/** What kind of change; another choice is planned at once. */
function remedyChoice(chosen: RemedyId): KnownBlock {
  const option = (remedy: RemedyId) => ({
    text: plain(REMEDY_NAMES[remedy], LIMITS.optionText.most),
    value: remedy,
  });
  return {
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: ACTION.chooseRemedy,
        placeholder: plain('What to change', LIMITS.placeholder.most),
        initial_option: option(chosen),
        options: REMEDIES.map(option),
      },
    ],
  };
}

const REMEDY_NAMES: Readonly<Record<RemedyId, string>> = {
  recycling: 'Recycle workers before they fill the memory',
  'oom-policy': 'Go on when one worker is killed (OOMPolicy)',
  'memory-limits': 'Limit the memory of the service',
  'worker-count': 'Another number of workers',
  'recycle-worker': 'Replace the largest worker now',
};

export type Reviewed =
  | {
      readonly ok: true;
      /** Absent when what travelled with the modal cannot be read. */
      readonly subject?: ReviewSubject;
      readonly settings: Readonly<Record<string, number>>;
      readonly reason: string;
    }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads a submitted review. */
export function reviewedOf(view: SubmittedView): Reviewed {
  const errors: Record<string, string> = {};
  const settings: Record<string, number> = {};
  for (const block of Object.keys(view.state.values).filter(id => id.startsWith(NUMBER))) {
    const typed = textOf(view, block);
    const number = Number(typed);
    if (/^\d{1,15}$/.test(typed)) settings[block.slice(NUMBER.length)] = number;
    else errors[block] = `“${typed.slice(0, 40)}” is no whole number. Digits only, such as 1800.`;
  }
  const reason = textOf(view, INPUT.reason);
  if (reason === '') errors[INPUT.reason] = 'Say why; one sentence is enough.';
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const subject = subjectOf(view.private_metadata);
  return { ok: true, ...(subject && { subject }), settings, reason };
}

/** What travels with the modal; undefined for anything else. */
export function subjectOf(metadata: string): ReviewSubject | undefined {
  try {
    const { service, remedy, incidentId, channel, threadTs } = JSON.parse(metadata) as Record<
      string,
      unknown
    >;
    const known = REMEDIES.find(each => each === remedy);
    if (typeof service !== 'string' || typeof channel !== 'string') return undefined;
    return {
      service,
      channel,
      ...(known && { remedy: known }),
      ...(typeof incidentId === 'string' && { incidentId }),
      ...(typeof threadTs === 'string' && { threadTs }),
    };
  } catch {
    return undefined;
  }
}

function numberInputs(settings: ChangeBrief['settings']): KnownBlock[] {
  return Object.entries(settings)
    .slice(0, 8)
    .map(([name, value]) => {
      const known = NUMBERS[name];
      return {
        type: 'input',
        block_id: `${NUMBER}${name}`,
        label: plain(known?.label ?? name, 100),
        ...(known && { hint: plain(known.hint, 300) }),
        element: {
          type: 'plain_text_input',
          action_id: `${NUMBER}${name}`,
          ...(value > 0 && { initial_value: String(value) }),
          max_length: 15,
        },
      };
    });
}
