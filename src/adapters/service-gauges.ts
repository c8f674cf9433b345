import type { Clock } from '../workflows/ports.ts';
import type { State } from '../workflows/state-ports.ts';
import type { Metrics } from './metrics.ts';

export interface GaugedService {
  readonly state: State;
  readonly clock: Clock;
  /** Of Socket Mode; absent over HTTP. */
  readonly openConnections?: () => number;
  counts(): { readonly running: number; readonly waiting: number };
}

/** What waits and what goes on, as /metrics shows it. */
export function gaugesOf(metrics: Metrics, { state, clock, counts, openConnections }: GaugedService): void {
  const backlog = async () => {
    const { oldestQueuedAtMs } = await state.outbox.backlog();
    return oldestQueuedAtMs === undefined ? 0 : (clock.nowMs() - oldestQueuedAtMs) / 1000;
  };
  metrics.gauge(
    'staunch_messages_waiting',
    'Messages that wait to be sent.',
    async () => (await state.outbox.backlog()).waiting,
  );
  metrics.gauge('staunch_messages_oldest_seconds', 'Age of the oldest message that waits.', backlog);
  metrics.gauge('staunch_diagnoses_running', 'Diagnoses that go on now.', () => counts().running);
  metrics.gauge('staunch_diagnoses_waiting', 'Diagnoses that wait their turn.', () => counts().waiting);
  const changes = async (...states: Parameters<State['remediations']['inState']>[0]) =>
    (await state.remediations.inState(states)).length;
  metrics.gauge('staunch_changes_open', 'Changes that wait for approval.', () => changes('open'));
  metrics.gauge('staunch_changes_applying', 'Changes that are being applied.', () =>
    changes('approved', 'applying'),
  );
  metrics.gauge(
    'staunch_incidents_open',
    'Incidents that are not resolved.',
    async () => (await state.standings.open()).length,
  );
  if (openConnections)
    metrics.gauge(
      'staunch_slack_connections',
      'Open connections of Socket Mode; 2 when all is well.',
      openConnections,
    );
}
