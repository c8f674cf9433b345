import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { uploadBytes } from '../../src/adapters/upload-bytes.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/upload/v1/abc`;
}

describe('an upload', () => {
  it('arrives byte for byte, with its length', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
    let got: { method?: string; length?: string; type?: string; body: Buffer } | undefined;
    const url = await listening((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'content-length': length = '', 'content-type': type = '' } = request.headers;
        got = { method: request.method ?? '', length, type, body: Buffer.concat(chunks) };
        response.end('OK - 300000');
      });
    });
    expect(await uploadBytes(url, bytes)).toBe(200);
    expect(got).toMatchObject({ method: 'POST', length: '300000', type: 'application/octet-stream' });
    expect(got?.body.equals(bytes)).toBe(true);
  });

  it.each([429, 500, 503])('answers with Slack’s status %d', async status => {
    const url = await listening((request, response) => {
      request.resume();
      response.writeHead(status).end();
    });
    expect(await uploadBytes(url, new Uint8Array(10))).toBe(status);
  });

  it('is 0 when the connection is cut or nobody listens', async () => {
    const url = await listening(request => void request.socket.destroy());
    expect(await uploadBytes(url, new Uint8Array(10))).toBe(0);
    for (const stop of stops.splice(0)) await stop();
    expect(await uploadBytes(url, new Uint8Array(10))).toBe(0);
  });
});
