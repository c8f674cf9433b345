import type { Alarm, AutoDecision, ServiceUnrest } from './auto-diagnosis.ts';
import type { DiagnosisRuns } from './diagnosis-runs.ts';
import { isOpen } from './growth-warnings.ts';
import type { Clock, Log } from './ports.ts';
import { type Run, STAUNCH_ITSELF, type State } from './state-ports.ts';
import { warningRootKey } from './warning-parcels.ts';

export interface UnaskedDiagnosesPorts {
  readonly state: State;
  readonly runs: Pick<DiagnosisRuns, 'ask'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly workspace: string;
  /** Whose clock the chart shows. */
  readonly timeZone: string;
  /** The channel that is mapped to a service; undefined where none is. */
  channelOf(service: string): Promise<string | undefined>;
}

const DAY_MS = 24 * 3_600_000;

/** Begins the diagnoses that nobody asked for, in the channel of the service. */
export class UnaskedDiagnoses {
  readonly #ports: UnaskedDiagnosesPorts;
  readonly #toldHomeless = new Set<string>();

  constructor(ports: UnaskedDiagnosesPorts) {
    this.#ports = ports;
  }

  async unrestOf(service: string): Promise<ServiceUnrest> {
    return unrestOf(this.#ports.state, service, this.#ports.clock.nowMs());
  }

  /** Once for one key, over all processes. */
  async begin(alarm: Alarm, decision: Extract<AutoDecision, { start: true }>): Promise<void> {
    const { runs, log, workspace, timeZone } = this.#ports;
    const { service } = alarm;
    const thread = await this.#threadOf(service);
    const channel = thread?.channel ?? (await this.#ports.channelOf(service));
    if (channel === undefined) {
      if (!this.#toldHomeless.has(service))
        log.warn(
          { service, because: decision.because },
          'nobody is told of what the watch saw: the service has no channel. Name one under channels: in staunch.yml',
        );
      this.#toldHomeless.add(service);
      return;
    }
    await runs.ask({
      deliveryKey: decision.key,
      service,
      workspace,
      channel,
      askedBy: STAUNCH_ITSELF,
      because: decision.because,
      window: decision.window,
      timeZone,
      origin: 'watch',
      ...(thread ? { threadOf: thread.key } : { joins: true }),
    });
  }

  /** The warning that stands. */
  async #threadOf(service: string): Promise<{ readonly key: string; readonly channel: string } | undefined> {
    const warning = await this.#ports.state.warnings.ofService(service);
    return warning !== undefined && isOpen(warning) && warning.episode.posted
      ? { key: warningRootKey(warning), channel: warning.channel }
      : undefined;
  }
}

/** What is known of the diagnoses of a service within the last day. */
export async function unrestOf(
  { incidents }: Pick<State, 'incidents'>,
  service: string,
  atMs: number,
): Promise<ServiceUnrest> {
  const recent = await incidents.recent(service, atMs - DAY_MS);
  const [last] = recent;
  return {
    running: recent.some(run => run.state === 'running'),
    ...(last && { lastBegunAtMs: last.askedAtMs }),
    begunByItself: recent.filter(isByItself).length,
  };
}

function isByItself({ askedBy }: Run): boolean {
  return askedBy === STAUNCH_ITSELF;
}
