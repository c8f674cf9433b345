import type { KnownBlock } from '@slack/types';
import type { IncidentState, Severity, Standing } from '../../../src/workflows/incident-ports.ts';
import { context, plain } from './block-parts.ts';
import { type Mrkdwn, mention, own, shown } from './slack-text.ts';

/** How far an incident is, for people. */
export const STATE_WORDS: Readonly<Record<IncidentState, string>> = {
  investigating: '🔎 being looked into',
  'action-proposed': '✋ a change waits for approval',
  applying: '🔧 a change is being applied',
  watching: '👀 being watched',
  resolved: '✅ resolved',
};

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  low: 'low',
  high: 'high',
  critical: 'critical',
};

/** Longer reasons stand in the thread in full. */
const LONGEST = 300;

/** How an incident stands, in one line below the headline of its root; nothing where it is not known. */
export function standingBlocks(standing: Standing | undefined): KnownBlock[] {
  if (standing === undefined) return [];
  const { notice, resolved } = standing;
  // What others wrote stands apart, where Slack reads nothing into it.
  const said = [
    ...(notice === undefined ? [] : [`📟 ${shown(notice, LONGEST)}`]),
    ...(resolved === undefined ? [] : [`✅ ${shown(resolved.reason, LONGEST)}`]),
  ];
  return [
    context(standingLine(standing)),
    ...said.map(text => ({ type: 'context' as const, elements: [plain(text)] })),
  ];
}

/** `Incident 12 · being looked into · severity high · owner @ana`. */
function standingLine({ number, state, severity, owner }: Standing): Mrkdwn {
  const who = owner === undefined ? own`nobody has taken it yet` : own`owner ${mention(owner)}`;
  return own`Incident ${number} · ${STATE_WORDS[state]} · severity ${SEVERITY_WORDS[severity]} · ${who}`;
}
