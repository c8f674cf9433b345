import type { Metrics } from './adapters/metrics.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import type { DiagnosisRuns } from './workflows/diagnosis-runs.ts';
import type { Clock } from './workflows/ports.ts';

export interface DeliveryGaugesOptions {
  readonly metrics: Metrics;
  readonly state: Pick<OpenedState, 'outbox' | 'standings'>;
  readonly clock: Clock;
  readonly runs: Pick<DiagnosisRuns, 'counts'>;
  /** Of Socket Mode; absent over HTTP. */
  readonly openConnections?: () => number;
}

/** What /metrics looks up whenever it is asked: messages that wait, diagnoses, incidents, connections. */
export function deliveryGauges({
  metrics,
  state,
  clock,
  runs,
  openConnections,
}: DeliveryGaugesOptions): void {
  metrics.gauge(
    'staunch_messages_waiting',
    'Messages that wait to be sent.',
    async () => (await state.outbox.backlog()).waiting,
  );
  metrics.gauge('staunch_messages_oldest_seconds', 'Age of the oldest message that waits.', async () => {
    const { oldestQueuedAtMs } = await state.outbox.backlog();
    return oldestQueuedAtMs === undefined ? 0 : (clock.nowMs() - oldestQueuedAtMs) / 1000;
  });
  metrics.gauge('staunch_diagnoses_running', 'Diagnoses that go on now.', () => runs.counts.running);
  metrics.gauge('staunch_diagnoses_waiting', 'Diagnoses that wait their turn.', () => runs.counts.waiting);
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
