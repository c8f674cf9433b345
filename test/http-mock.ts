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
  /** Headers without which the request is none that was mocked. */
  readonly wants?: Readonly<Record<string, string>>;
}

/** A request that was mocked; undefined until it came. */
export type MockedCall = () => MockedRequest | undefined;

/** What was asked of it. */
export interface MockedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The only door to mocked HTTP: no request leaves this machine, and a request that nobody mocked fails the test as
 * one that was mocked and never made does.
 */
export function mockedHttp(origin: string): {
  answer(method: 'GET' | 'POST', path: string, answer: MockedAnswer): MockedCall;
  /** In the order in which they came. */
  readonly requests: readonly MockedRequest[];
} {
  const requests: MockedRequest[] = [];
  const unmocked: string[] = [];
  const note = ({ method, url }: Request) => void unmocked.push(`${method} ${url}`);
  beforeEach(() => {
    requests.length = 0;
    unmocked.length = 0;
    nock.emitter.on('no match', note);
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.emitter.off('no match', note);
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
    nock.activate();
    expect({ unused, unmocked }).toEqual({ unused: [], unmocked: [] });
  });
  return {
    requests,
    answer(method, path, { status = 200, headers = {}, body = '', error, silent = false, wants = {} }) {
      const interceptor = nock(origin).intercept(path, method);
      for (const [name, value] of Object.entries(wants)) interceptor.matchHeader(name, value);
      let made: MockedRequest | undefined;
      if (error !== undefined) {
        interceptor.replyWithError(error);
        return () => made;
      }
      interceptor.reply(async (request: Request): Promise<nock.ReplyFnResult> => {
        made = { body: await request.text(), headers: Object.fromEntries(request.headers) };
        requests.push(made);
        // Whoever waits for it has to give up by itself.
        if (silent) await new Promise(() => undefined);
        return [status, body, headers];
      });
      return () => made;
    },
  };
}
