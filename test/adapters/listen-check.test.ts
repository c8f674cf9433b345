import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listenCheck } from '../../src/adapters/listen-check.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function listening(status: number): Promise<number> {
  const server = createServer((_, response) => response.writeHead(status).end());
  closing.push(() => server.close().closeAllConnections());
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

describe('whether an address can be listened on', () => {
  it.each([
    [401, 'staunch'],
    [200, 'taken'],
    [404, 'taken'],
  ])('depends on who answers there: HTTP %d is %s', async (status, state) => {
    const port = await listening(status);
    const check = await listenCheck({ host: '127.0.0.1', port }, '/slack/events');
    expect(check).toMatchObject({ state, at: `http://127.0.0.1:${port}/slack/events` });
  });

  it('is yes where nobody listens, and nobody does afterwards', async () => {
    const port = await listening(200);
    for (const close of closing.splice(0)) close();
    const address = { host: '127.0.0.1', port };
    expect(await listenCheck(address, '/')).toEqual({ state: 'free', at: `http://127.0.0.1:${port}/` });
    expect(await listenCheck(address, '/')).toMatchObject({ state: 'free' });
  });

  it('is no for an address of another machine', async () => {
    expect(await listenCheck({ host: '203.0.113.7', port: 3000 }, '/')).toMatchObject({
      state: 'impossible',
      detail: expect.stringContaining('this machine does not have that address'),
    });
  });
});
