import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';

const API = 'https://slack.com/api/';

/**
 * Slack's Web API for answers that the practice Slack does not give: no request leaves this machine, and a mock
 * that nobody called fails the test.
 */
export function mockedSlack(): {
  readonly api: string;
  /** The next call of `method` is answered so. `body` is what was sent, decoded. */
  answer(method: string, reply: MockedReply): { readonly body: () => Readonly<Record<string, string>> };
} {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
    nock.activate();
    expect(unused).toEqual([]);
  });
  return {
    api: API,
    answer(method, { status = 200, headers = {}, body = { ok: true } }) {
      let sent: Readonly<Record<string, string>> = {};
      nock(API)
        .post(`/${method}`, given => {
          sent = given;
          return true;
        })
        .matchHeader('authorization', 'Bearer xoxb-mocked')
        .reply(status, body, { 'Content-Type': 'application/json', ...headers });
      return { body: () => sent };
    },
  };
}

interface MockedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, unknown>>;
}
