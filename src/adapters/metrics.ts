import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const STATES = ['done', 'failed'];
/** Those of a diagnosis; a run that failed has none. */
const VERDICTS = ['confirmed', 'likely', 'inconclusive', 'no-incident'];
const among = (list: readonly string[], given: string | undefined, otherwise: string) =>
  given !== undefined && list.includes(given) ? given : otherwise;

const ALERT_STEPS = ['opened', 'reopened', 'joined', 'eased', 'ended', 'ignored', 'nowhere'];
const TELLINGS = ['warn', 'raise', 'edit', 'resolve', 'reset-by-restart'];

/**
 * What Prometheus may know of a running Staunch. Labels come from closed lists, and from the services of `staunch.yml`
 * that grow: never a name that a person chose in chat or a server told.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #runs: Counter<'state' | 'verdict'>;
  readonly #runSeconds: Histogram;
  readonly #messages: Counter<'outcome'>;
  readonly #messageSeconds: Histogram;
  readonly #samples: Counter;
  readonly #kills: Counter;
  readonly #bursts: Counter;
  readonly #tellings: Counter<'kind'>;
  readonly #alerts: Counter<'step'>;
  readonly #tickSeconds: Histogram;
  readonly #lookers: (() => Promise<void>)[] = [];

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'staunch_' });
    this.#runs = new Counter({
      name: 'staunch_diagnoses_total',
      help: 'Diagnoses that ended, by state (done, failed) and verdict.',
      labelNames: ['state', 'verdict'],
      registers,
    });
    this.#runSeconds = new Histogram({
      name: 'staunch_diagnosis_seconds',
      help: 'From asking for a diagnosis to its verdict.',
      buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120],
      registers,
    });
    this.#messages = new Counter({
      name: 'staunch_messages_total',
      help: 'Messages to Slack, by outcome: sent, postponed (each further attempt), abandoned.',
      labelNames: ['outcome'],
      registers,
    });
    this.#messageSeconds = new Histogram({
      name: 'staunch_message_delay_seconds',
      help: 'From queueing a message to its arrival at Slack.',
      buckets: [0.1, 0.3, 1, 3, 10, 60, 600, 3600],
      registers,
    });
    this.#samples = new Counter({
      name: 'staunch_samples_total',
      help: 'Samples of units that the watch stored.',
      registers,
    });
    this.#kills = new Counter({
      name: 'staunch_oom_kills_seen_total',
      help: 'OOM kills that the watch saw by the counters of the kernel.',
      registers,
    });
    this.#bursts = new Counter({
      name: 'staunch_bursts_seen_total',
      help: 'Bursts of 502s that the watch saw.',
      registers,
    });
    this.#tellings = new Counter({
      name: 'staunch_growth_messages_total',
      help: 'What was told of growing workers: warn, raise, edit, resolve, reset-by-restart.',
      labelNames: ['kind'],
      registers,
    });
    this.#alerts = new Counter({
      name: 'staunch_alerts_total',
      help: 'Alerts that were taken, by what they did to their incident; nowhere: no service is known for them.',
      labelNames: ['step'],
      registers,
    });
    this.#tickSeconds = new Histogram({
      name: 'staunch_watch_tick_seconds',
      help: 'How long the watch took to sample all its servers.',
      buckets: [0.1, 0.5, 1, 2, 5, 10, 20, 40, 60],
      registers,
    });
    for (const step of ALERT_STEPS) this.#alerts.inc({ step }, 0);
    for (const kind of TELLINGS) this.#tellings.inc({ kind }, 0);
    // A counter that appears with its first event shows no increase to an alert: all begin at 0.
    for (const outcome of ['sent', 'postponed', 'abandoned']) this.#messages.inc({ outcome }, 0);
    for (const verdict of VERDICTS) this.#runs.inc({ state: 'done', verdict }, 0);
    this.#runs.inc({ state: 'failed', verdict: 'none' }, 0);
  }

  diagnosisEnded(end: { readonly state: string; readonly verdict?: string; readonly tookMs: number }): void {
    this.#runs.inc({
      state: among(STATES, end.state, 'other'),
      verdict: among(VERDICTS, end.verdict, 'none'),
    });
    this.#runSeconds.observe(end.tookMs / 1000);
  }

  messageSent(waitedMs: number): void {
    this.#messages.inc({ outcome: 'sent' });
    this.#messageSeconds.observe(waitedMs / 1000);
  }

  messagePostponed(): void {
    this.#messages.inc({ outcome: 'postponed' });
  }

  messageAbandoned(): void {
    this.#messages.inc({ outcome: 'abandoned' });
  }

  sampled(stored: number, tookMs: number): void {
    this.#samples.inc(stored);
    this.#tickSeconds.observe(tookMs / 1000);
  }

  killsSeen(kills: number): void {
    this.#kills.inc(kills);
  }

  burstSeen(): void {
    this.#bursts.inc();
  }

  /** One alert was taken; what it did to its incident. */
  alertTaken(step: string): void {
    this.#alerts.inc({ step: among(ALERT_STEPS, step, 'other') });
  }

  growthTold(kind: string): void {
    this.#tellings.inc({ kind: among(TELLINGS, kind, 'other') });
  }

  /** Values of one kind that are looked up whenever Prometheus asks; what is no longer among them is gone. */
  gauges(
    name: `staunch_${string}`,
    help: string,
    label: string,
    look: () => Promise<ReadonlyMap<string, number>>,
  ): void {
    const gauge = new Gauge({ name, help, labelNames: [label], registers: [this.#registry] });
    this.#lookers.push(async () => {
      // What cannot be looked up is missing: the figures of last time would be taken for those of now.
      const values = await look().catch(() => new Map<string, number>());
      gauge.reset();
      for (const [named, value] of values) gauge.set({ [label]: named }, value);
    });
  }

  /** A value that is looked up whenever Prometheus asks; not a number when it cannot be. */
  gauge(name: `staunch_${string}`, help: string, look: () => Promise<number> | number): void {
    const gauge = new Gauge({ name, help, registers: [this.#registry] });
    this.#lookers.push(async () => {
      try {
        gauge.set(await look());
      } catch {
        // The figure of last time would be taken for one of now.
        gauge.set(Number.NaN);
      }
    });
  }

  /** The text that Prometheus reads, and its content type. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    await Promise.all(this.#lookers.map(look => look()));
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
