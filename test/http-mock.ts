import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';

/** What a mocked server answers. */
export interface MockedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Breaks the connection instead of answering. */
  readonly error?: string | Error;
  /** Never answers. */
  readonly silent?: boolean;
}

/** What was asked of it. */
export interface MockedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The only door to mocked HTTP: no request leaves this machine, one that nobody mocked fails as if there were no
 * network, and one that was mocked and never made fails the test.
 */
export function mockedHttp(origin: string): {
  answer(method: 'GET' | 'POST', path: string, answer: MockedAnswer): void;
  /** In the order in which they came. */
  readonly requests: readonly MockedRequest[];
} {
  const requests: MockedRequest[] = [];
  beforeEach(() => {
    requests.length = 0;
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
    requests,
    answer(method, path, { status = 200, headers = {}, body = '', error, silent = false }) {
      const interceptor = nock(origin).intercept(path, method);
      if (error !== undefined) {
        interceptor.replyWithError(error);
        return;
      }
      interceptor.reply(async (request: Request): Promise<nock.ReplyFnResult> => {
        requests.push({ body: await request.text(), headers: Object.fromEntries(request.headers) });
        // Whoever waits for it has to give up by itself.
        if (silent) await new Promise(() => undefined);
        return [status, body, headers];
      });
    },
  };
}
