import type { Attempt, Carried, Carrier, Delivery } from './deliveries.ts';
import { signRequest } from './signature.ts';

const RETRY_REASONS = {
  timeout: 'http_timeout',
  refused: 'http_error',
  nobody: 'connection_failed',
} as const;

/** The body of a request as Slack sends it: events as JSON, interactions and commands as forms. */
function bodyOf(delivery: Delivery): { readonly type: string; readonly body: string } {
  if (delivery.type === 'events_api') {
    return { type: 'application/json', body: JSON.stringify(delivery.payload) };
  }
  const fields =
    delivery.type === 'interactive'
      ? { payload: JSON.stringify(delivery.payload) }
      : Object.fromEntries(Object.entries(delivery.payload).map(([name, value]) => [name, String(value)]));
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  if (!(response.headers.get('content-type') ?? '').includes('json')) return { text };
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

/** Delivers as signed HTTP requests to the app's request URL. */
export class HttpDelivery implements Carrier {
  readonly #url: string;
  readonly #secret: string;
  readonly #nowMs: () => number;
  readonly #stopped = new AbortController();

  constructor(options: { url: string; secret: string; nowMs: () => number }) {
    this.#url = options.url;
    this.#secret = options.secret;
    this.#nowMs = options.nowMs;
  }

  async carry(delivery: Delivery, attempt: Attempt): Promise<Carried> {
    const { type, body } = bodyOf(delivery);
    const { headers } = signRequest(body, this.#secret, this.#nowMs());
    const retry =
      attempt.number > 0
        ? { 'X-Slack-Retry-Num': String(attempt.number), 'X-Slack-Retry-Reason': attempt.reason }
        : {};
    const deadline = AbortSignal.timeout(attempt.withinMs);
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'Content-Type': type, 'User-Agent': 'Slackbot 1.0', ...headers, ...retry },
        body,
        redirect: 'error',
        signal: AbortSignal.any([deadline, this.#stopped.signal]),
      });
      const answer = await answerOf(response);
      if (response.ok) return { acked: true, ...(answer === undefined ? {} : { body: answer }) };
      const final = response.headers.get('x-slack-no-retry') === '1';
      return { acked: false, why: 'refused', reason: RETRY_REASONS.refused, final };
    } catch {
      const why = deadline.aborted ? 'timeout' : 'nobody';
      return { acked: false, why, reason: RETRY_REASONS[why] };
    }
  }

  stop(): void {
    this.#stopped.abort();
  }
}
