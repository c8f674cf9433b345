import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ALERTMANAGER, readAlertmanagerList } from '../intake/alertmanager.ts';
import type { AlertSink } from '../workflows/alert-ports.ts';
import type { Clock, Log, Timer } from '../workflows/ports.ts';
import type { AlertPollSettings } from './alert-settings.ts';
import { bodyOf } from './bounded-body.ts';

export interface AlertmanagerPollOptions {
  readonly settings: AlertPollSettings;
  readonly sink: AlertSink;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

const DEADLINE_MS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Asks an Alertmanager again and again what fires, where it cannot reach us. What is not on the list any more is over;
 * while it does not answer, nothing is.
 */
export class AlertmanagerPoll {
  readonly #options: AlertmanagerPollOptions;
  #problem: string | undefined;
  #takeBack: (() => void) | undefined;
  #cancel = new AbortController();
  #round: Promise<void> = Promise.resolve();

  constructor(options: AlertmanagerPollOptions) {
    this.#options = options;
  }

  /** Why the last answer could not be used; undefined when it could. For `/healthz` and the log. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Begins; the first round at once. */
  start(): void {
    this.#round = this.ask().then(() => {
      if (this.#cancel.signal.aborted) return;
      this.#takeBack = this.#options.timer.after(this.#options.settings.everyMs, () => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#cancel.abort();
    this.#takeBack?.();
    await this.#round;
  }

  /** One round. Never throws: a problem is logged when it begins and when it ends. */
  async ask(): Promise<void> {
    const { log } = this.#options;
    const before = this.#problem;
    this.#problem = await this.#asked().catch((error: unknown) => wordsOf(error));
    if (this.#cancel.signal.aborted) return;
    if (this.#problem !== undefined && this.#problem !== before)
      log.warn({ problem: this.#problem }, 'Alertmanager could not be asked');
    if (this.#problem === undefined && before !== undefined) log.info({}, 'Alertmanager answers again');
  }

  async #asked(): Promise<string | undefined> {
    const { settings, sink, clock, timer } = this.#options;
    const askedAtMs = clock.nowMs();
    const late = new AbortController();
    const takeBack = timer.after(DEADLINE_MS, () => late.abort());
    const signal = AbortSignal.any([late.signal, this.#cancel.signal]);
    try {
      const response = await fetch(`${settings.url}/api/v2/alerts`, {
        headers: { accept: 'application/json', ...authorization(settings) },
        // A token belongs to the address in the settings and to no other.
        redirect: 'error',
        signal,
      });
      if (response.status === 401 || response.status === 403)
        return `Alertmanager refused the login (${response.status}). Look at STAUNCH_ALERTMANAGER_TOKEN, or at STAUNCH_ALERTMANAGER_USER and …_PASSWORD.`;
      if (!response.ok || response.body === null) return `Alertmanager answered with ${response.status}.`;
      const stream = Readable.fromWeb(response.body as ReadableStream);
      const body = await bodyOf(stream, MOST_BYTES);
      stream.destroy();
      if (!body.ok)
        return body.reason === 'too-large'
          ? `Alertmanager answered with more than ${MOST_BYTES} bytes.`
          : 'The answer of Alertmanager broke off.';
      const reading = readAlertmanagerList(jsonOf(body.bytes));
      if (!reading.ok) return `The answer of Alertmanager is not understood: ${reading.problem}`;
      const { firing, there } = reading;
      await sink.takeAll({ source: ALERTMANAGER, firing, there, askedAtMs });
      return undefined;
    } catch (error) {
      if (late.signal.aborted) return `Alertmanager did not answer within ${DEADLINE_MS / 1_000} s.`;
      throw error;
    } finally {
      takeBack();
    }
  }
}

function authorization({ token, basic }: AlertPollSettings): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (basic === undefined) return {};
  return {
    authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`,
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed" and puts the reason into the cause. */
function wordsOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const said =
    cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
  return `Alertmanager cannot be reached: ${said}. Look at STAUNCH_ALERTMANAGER_URL.`;
}
