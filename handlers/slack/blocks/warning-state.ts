import { hushedBy } from '../../../src/growth/growth-hush.ts';
import { growthHeadline } from '../../../src/report/growth-headline.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import { shown } from './slack-text.ts';

/** Where a warning is in its life. */
export type WarningState = 'critical' | 'warning' | 'settling' | 'unseen' | 'watching' | 'resolved';

/** The state as a sign that differs in shape, not only in colour; the word stands behind it. */
const SIGNS: Readonly<Record<WarningState, string>> = {
  critical: '🛑',
  warning: '🔶',
  settling: '🔷',
  unseen: '❓',
  watching: '👀',
  resolved: '✅',
};

const LONGEST_NAME = 60;

/** The state of a warning as its last look left it. */
export function warningState({ episode, growth }: Warning): WarningState {
  if (episode.resolvedAtMs !== undefined) return 'resolved';
  if (growth.severity !== 'calm') return growth.severity;
  if (growth.workers.length === 0) return 'unseen';
  return episode.restartedAtMs === undefined ? 'settling' : 'watching';
}

/** True while nobody is to hear more of it. */
export function isSnoozed({ growth, snooze }: Warning): boolean {
  return snooze !== undefined && hushedBy(growth, { snooze }) === 'snoozed';
}

/** `🔶 2 of 4 workers of checkout grow (WARNING)`: a long name never pushes the state out. */
export function warningHeadline(warning: Warning): string {
  const state = warningState(warning);
  const service = shown(warning.service, LONGEST_NAME);
  return `${SIGNS[state]} ${titleOf(warning, state, service)} (${state.toUpperCase()}${isSnoozed(warning) ? ', snoozed' : ''})`;
}

function titleOf({ growth, episode }: Warning, state: WarningState, service: string): string {
  switch (state) {
    case 'critical':
    case 'warning':
      return growthHeadline({ ...growth, service });
    case 'settling':
      return episode.settledSinceMs === undefined
        ? `Workers of ${service} grow more slowly`
        : `Workers of ${service} grow no more`;
    case 'unseen':
      return `No worker of ${service} was seen`;
    case 'watching':
      return `Workers of ${service} were restarted`;
    case 'resolved':
      return `Workers of ${service} stay within their memory`;
  }
}
