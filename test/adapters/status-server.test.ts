import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type HealthCheck, StatusServer } from '../../src/adapters/status-server.ts';

const started: StatusServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function serving(checks: readonly HealthCheck[], text: () => string = () => 'staunch_up 1\n') {
  const server = await StatusServer.start({
    address: { host: '127.0.0.1', port: 0 },
    checks,
    exposition: async () => ({ contentType: 'text/plain; version=0.0.4', text: text() }),
  });
  started.push(server);
  return server;
}

const fine: HealthCheck = { name: 'state', look: () => undefined };

async function health(checks: readonly HealthCheck[]) {
  const server = await serving(checks);
  const response = await fetch(`${server.url}/healthz`);
  return { status: response.status, body: (await response.json()) as unknown };
}

describe('the status server', () => {
  it('answers /healthz with 200 when all is well', async () => {
    expect(await health([fine, { name: 'slack', look: async () => undefined }])).toEqual({
      status: 200,
      body: { status: 'ok', problems: {} },
    });
  });

  it.each<[string, HealthCheck['look'], string | RegExp]>([
    ['finds something', () => 'no connection to Slack is open', 'no connection to Slack is open'],
    [
      'throws',
      () => {
        throw new Error('the disk is gone');
      },
      'the disk is gone',
    ],
    [
      'rejects',
      async () => {
        throw new Error('the disk is gone');
      },
      'the disk is gone',
    ],
    ['hangs', () => new Promise(() => undefined), /no answer within \d+ s/],
  ])('answers 503 and names the check that %s', async (_, look, problem) => {
    const { status, body } = await health([fine, { name: 'slack', look }]);
    expect(status).toBe(503);
    expect(body).toEqual({
      status: 'failing',
      problems: { slack: problem instanceof RegExp ? expect.stringMatching(problem) : problem },
    });
  });

  it('serves /metrics, HEAD included, and forbids keeping them', async () => {
    const server = await serving([fine]);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('staunch_up 1\n');
    const head = await fetch(`${server.url}/metrics?x=1`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it.each([
    ['/', 'GET', 404],
    ['/healthz/x', 'GET', 404],
    ['/healthz', 'POST', 405],
    ['//healthz', 'GET', 404],
  ])('answers %s by %s with %d', async (path, method, status) => {
    const server = await serving([fine]);
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const asked = request({ host: hostname, port, path, method }, response => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once('error', reject);
      asked.end();
    });
    expect(answered).toBe(status);
  });

  it('answers 500 when the metrics cannot be put together, and goes on', async () => {
    const server = await serving([fine], () => {
      throw new Error('no figures');
    });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(500);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('says which port is taken and what to set', async () => {
    const { port } = new URL((await serving([fine])).url);
    const second = StatusServer.start({
      address: { host: '127.0.0.1', port: Number(port) },
      checks: [],
      exposition: async () => ({ contentType: '', text: '' }),
    });
    await expect(second).rejects.toThrow(
      `Cannot listen on 127.0.0.1 port ${port}: another program listens there already (another Staunch?). ` +
        'Set STAUNCH_STATUS_HOST or STAUNCH_STATUS_PORT to another one, or STAUNCH_STATUS_PORT=off.',
    );
  });

  it('says when the machine does not have the address', async () => {
    const start = StatusServer.start({
      address: { host: '192.0.2.1', port: 9502 },
      checks: [],
      exposition: async () => ({ contentType: '', text: '' }),
    });
    await expect(start).rejects.toThrow(
      /Cannot listen on 192\.0\.2\.1 port 9502: this machine does not have/,
    );
  });

  it('stops at once although a check hangs and a client keeps its connection', async () => {
    const server = await serving([{ name: 'slack', look: () => new Promise(() => undefined) }]);
    const cut = fetch(`${server.url}/healthz`).then(
      () => 'answered',
      () => 'cut',
    );
    await fetch(`${server.url}/metrics`).then(response => response.text());
    await server.stop();
    started.splice(0);
    expect(await cut).toBe('cut');
  });
});
