import { AlertReceiver } from './adapters/alert-receiver.ts';
import type { AlertSettings } from './adapters/alert-settings.ts';
import { AlertmanagerPoll } from './adapters/alertmanager-poll.ts';
import type { CachedRegistry } from './adapters/cached-registry.ts';
import { loadMappings } from './adapters/mapping-files.ts';
import type { Metrics } from './adapters/metrics.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { systemTimer } from './adapters/system-timer.ts';
import type { IncidentKeeping } from './incident-keeping.ts';
import { AlertIntake } from './workflows/alert-intake.ts';
import { ServiceAlertedIncidents } from './workflows/alerted-incidents.ts';
import type { DiagnosisRuns } from './workflows/diagnosis-runs.ts';
import type { Clock, Ids, Log } from './workflows/ports.ts';

export interface AlertingOptions {
  readonly settings: AlertSettings;
  readonly state: OpenedState;
  readonly registry: CachedRegistry;
  readonly incidents: IncidentKeeping;
  readonly runs: DiagnosisRuns;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
  readonly workspace: string;
}

/** What takes alerts in a running Staunch. */
export interface Alerting {
  /** Where senders deliver; undefined where none may. */
  readonly url?: string;
  stop(): Promise<void>;
}

/** Starts taking alerts, as far as settings say. @throws with words for the operator when it cannot */
export async function startAlerting(options: AlertingOptions): Promise<Alerting> {
  const { settings, state, registry, incidents, runs, metrics, clock, log, ids, workspace } = options;
  const current = async () => {
    const stored = await registry.read();
    return stored.ok ? stored.registry : undefined;
  };
  const intake = new AlertIntake({
    state,
    registry: current,
    incidents: new ServiceAlertedIncidents({
      ...incidents.ports,
      following: incidents.following,
      runs,
      ids,
      workspace,
      channelOf: async id => ((await current()) ?? registry.last())?.services.get(id)?.channels[0],
    }),
    mask: incidents.ports.mask,
    clock,
    timer: systemTimer,
    log,
    taken: step => metrics.alertTaken(step),
  });
  const receiver = settings.receiver && (await receiverOf(settings.receiver));
  const poll =
    settings.poll &&
    new AlertmanagerPoll({ settings: settings.poll, sink: intake, clock, timer: systemTimer, log });
  await intake.start();
  poll?.start();
  return {
    ...(receiver && { url: receiver.url }),
    async stop() {
      await receiver?.stop();
      await poll?.stop();
      intake.stop();
    },
  };

  async function receiverOf(receiving: NonNullable<AlertSettings['receiver']>) {
    const files = await loadMappings(receiving.mappings);
    if (!files.ok) throw new Error(`The mappings of alerts cannot be used:\n${files.problems.join('\n')}`);
    return AlertReceiver.start({ settings: receiving, mappings: files.mappings, sink: intake, clock, log });
  }
}
