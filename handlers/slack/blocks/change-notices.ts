import type { RichTextElement } from '@slack/types';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { ConsentRefusal, ProposalState } from '../../../src/workflows/remediation-ports.ts';
import { code, line, message, richText, words } from './block-parts.ts';
import { own, shown } from './slack-text.ts';

/** What became of a proposal that is not open any more. */
const NOT_OPEN: Readonly<Record<ProposalState, string>> = {
  open: 'it is open',
  approved: 'it has its approvals already and begins now',
  applying: 'it is being applied already',
  done: 'it is applied already',
  'rolled-back': 'it was applied and taken back',
  unknown: 'it was begun, and what became of it is not known yet',
  failed: 'it was begun and failed',
  stale: 'the server has changed since: nothing was written',
  rejected: 'it was rejected',
  expired: 'its time is over',
  superseded: 'a newer proposal took its place',
};

/** Why an approval, a rejection or a break-glass did not count. */
export function consentRefusedNotice(refusal: ConsentRefusal): Message {
  switch (refusal.reason) {
    case 'gone':
      return changeGoneNotice();
    case 'other-digest':
      return otherPlanNotice();
    case 'not-open':
      return notice(
        '💬',
        `This change cannot be decided on any more: ${NOT_OPEN[refusal.state]}. Nothing was counted.`,
      );
    case 'expired':
      return notice(
        '⌛',
        `This proposal expired at ${clockWords(refusal.expiresAtMs, 'UTC', 'minute')} UTC, so your click did not count. The server may look different by now: propose it anew.`,
      );
    case 'own-proposal':
      return notice(
        '👥',
        'You proposed this change, so somebody else must approve it. Ask a colleague who may approve; the card names them.',
      );
    case 'by-hand':
      return notice(
        '✋',
        'This change is applied by a person: there is nothing here to approve. Whoever has done it presses “Mark as applied by hand”.',
      );
    case 'not-by-hand':
      return notice(
        '🤖',
        'Staunch applies this change once it is approved, so it cannot be marked as applied by hand.',
      );
    case 'already-approved':
      return notice('✅', 'You have approved this change already; it still needs somebody else.');
    case 'changes-stopped':
      return stoppedNotice(refusal.why, refusal.since);
    case 'clock-set':
      return notice(
        '⏰',
        'The clock of the machine that Staunch runs on was set since this was proposed, so nobody knows any more whether its time is over. Your click did not count: propose it anew.',
      );
  }
}

/** The kill switch is set. */
export function stoppedNotice(why: string, sinceMs: number): Message {
  const since = `${dayWords(sinceMs, 'UTC')} ${clockWords(sinceMs, 'UTC', 'minute')} UTC`;
  return notice(
    '🛑',
    `All changes are stopped since ${since}: ${shown(why, 300)} An admin of Staunch allows them again with `,
    ['@staunch allow changes REASON'],
  );
}

export function changesStoppedNotice(why: string): Message {
  return notice(
    '🛑',
    `Stopped: until an admin allows it again nothing is approved and no server is begun. A server whose change has begun is brought to its end. Reason: ${shown(why, 300)} Allow again with `,
    ['@staunch allow changes REASON'],
  );
}

export function changesAllowedNotice(): Message {
  return notice('▶', 'Changes are allowed again. What was approved and is within its time goes on now.');
}

/** What a button belongs to is not stored any more. */
export function changeGoneNotice(): Message {
  return notice(
    '📭',
    'This change is no longer kept, so there is nothing behind the button. Propose it anew with ',
    ['@staunch plan checkout'],
  );
}

/** The card that was pressed shows another plan than the one that is kept. */
export function otherPlanNotice(): Message {
  return notice(
    '🔁',
    'This button belongs to another plan than the one that is proposed now. Nothing was counted: look at the newest card.',
  );
}

/** A change of the service is under way. */
export function changeUnderWayNotice(service: string): Message {
  return notice(
    '⏳',
    `A change of ${shown(service, 80)} is being applied right now. One at a time: propose this when it has ended.`,
  );
}

export function sameChangeNotice(): Message {
  return notice('💬', 'Exactly this change is proposed already; its card and its approvals stay.');
}

/** Something could not be planned; plain sentences. */
export function notPlannedNotice(reason: string, instead: readonly string[] = []): Message {
  return notice('🧭', [shown(reason, 1_500), ...instead.map(text => shown(text, 600))].join(' '));
}

/** @param text plain sentences of ours; names in them are made safe by the caller */
function notice(sign: string, text: string, copy: readonly string[] = []): Message {
  const commands = copy.map((command): RichTextElement => code(command));
  const end = commands.length > 0 ? [words('.')] : [];
  return message(own`${sign} ${text}${copy.join('')}`, [
    richText(line(words(`${sign} `), words(text, 2_500), ...commands, ...end)),
  ]);
}
