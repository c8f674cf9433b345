import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const STATES = ['done', 'failed'];
/** Those of a diagnosis; a run that failed has none. */
const VERDICTS = ['confirmed', 'likely', 'inconclusive', 'no-incident'];
const among = (list: readonly string[], given: string | undefined, otherwise: string) =>
  given !== undefined && list.includes(given) ? given : otherwise;

/** What Prometheus may know of a running Staunch. Labels come from closed lists: never a name a person chose. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #runs: Counter<'state' | 'verdict'>;
  readonly #runSeconds: Histogram;
  readonly #messages: Counter<'outcome'>;
  readonly #messageSeconds: Histogram;
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
