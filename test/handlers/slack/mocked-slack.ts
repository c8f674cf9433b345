import { mockedHttp } from '../../http-mock.ts';

const ORIGIN = 'https://slack.com';

/** Slack's Web API for answers that the practice Slack does not give. */
export function mockedSlack(): {
  readonly api: string;
  /** The next call of `method` is answered so. `body` is what was sent, decoded. */
  answer(method: string, reply: MockedReply): { readonly body: () => Readonly<Record<string, string>> };
} {
  const mocked = mockedHttp(ORIGIN);
  return {
    api: `${ORIGIN}/api/`,
    answer(method, { status = 200, headers = {}, body = { ok: true } }) {
      const call = mocked.answer('POST', `/api/${method}`, {
        status,
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        wants: { authorization: 'Bearer xoxb-mocked' },
      });
      return { body: () => Object.fromEntries(new URLSearchParams(call()?.body ?? '')) };
    },
  };
}

interface MockedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, unknown>>;
}
