import type { KnownBlock } from '@slack/types';
import { clockWords } from '../../../src/report/time-words.ts';
import type { ChangeView } from '../../../src/workflows/change-ports.ts';
import { ACTION } from '../action-ids.ts';
import { button, context, header, section } from './block-parts.ts';
import { changeValue, shortDigest, standingOf } from './change-words.ts';
import { firstOf, moreWords } from './slack-limits.ts';
import { mention, own, readersTime, shown, TIME_FORMAT } from './slack-text.ts';

/** Changes as one person sees them in the App Home. */
export interface HomeChanges {
  /** Proposals that this person may approve and has not. */
  readonly pending: readonly ChangeView[];
  /** Changes that are being carried out now. */
  readonly going: readonly ChangeView[];
  readonly stopped?: { readonly by: string; readonly why: string };
}

const MOST = 8;

/** What waits for this person comes first; nothing where nothing waits, goes on or is stopped. */
export function homeChanges({ pending, going, stopped }: HomeChanges): KnownBlock[] {
  const { shown: first, more } = firstOf(pending, MOST);
  return [
    ...(stopped === undefined
      ? []
      : [
          section(
            `🛑 All changes are stopped: ${shown(stopped.why, 300)} An admin allows them again with “@staunch allow changes REASON”.`,
          ),
          context(own`Stopped by ${mention(stopped.by)}`),
        ]),
    ...(first.length > 0 ? [header(`Waiting for your approval: ${pending.length}`)] : []),
    ...first.flatMap(pendingBlocks),
    ...(more > 0 ? [section(`${moreWords(more, 'proposals')}: their cards are in the threads.`)] : []),
    ...going.slice(0, MOST).map(view => {
      const { sign, words } = standingOf(view);
      return section(`${sign} ${shown(view.proposal.brief.what, 150)}: ${words}`);
    }),
  ];
}

function pendingBlocks(view: ChangeView): KnownBlock[] {
  const { brief, requester, quorum, expiresAtMs, digest } = view.proposal;
  const utc = `${clockWords(expiresAtMs, 'UTC', 'minute')} UTC`;
  return [
    section(
      shown(brief.what, 200),
      button('Review', ACTION.approveChange, changeValue(view), {
        label: 'Review and approve exactly this change',
      }),
    ),
    context(
      own`Asked by ${mention(requester)} · ${view.approvals.length} of ${quorum} approvals · expires ${readersTime(expiresAtMs, TIME_FORMAT.minute, utc)} · plan ${shortDigest(digest)}`,
    ),
  ];
}
