import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Agent, setGlobalDispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { useProxy } from '../../src/adapters/proxy.ts';
import { practiceSlack } from '../acceptance/chat/practised-staunch.ts';
import { freePort } from '../free-port.ts';
import { afterwards, folder, realThing, StartedProcess } from '../handlers/terminal/started-process.ts';
import { ConnectProxy } from './connect-proxy.ts';

async function aProxy(): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.start();
  afterwards(() => proxy.stop());
  return proxy;
}

describe('Staunch behind a proxy', () => {
  it('reaches the Web API and Socket Mode through it, and nothing past it', async () => {
    const proxy = await aProxy();
    const slack = await practiceSlack();
    const { host } = new URL(slack.url);
    const staunch = realThing(slack, { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url });
    await staunch.until(/connected to Acme/);
    await slack.until(() => (slack.openSockets === 2 ? true : undefined));
    // auth.test, twice apps.connections.open, two sockets: kept connections may serve several calls.
    const sockets = 2;
    expect(new Set(proxy.tunnels)).toEqual(new Set([host]));
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(sockets + 1);
    expect(proxy.plain).toEqual([]);
    // The sockets live in the proxy: without it they are gone, and they cannot come back.
    await proxy.stop();
    await slack.until(() => (slack.openSockets === 0 ? true : undefined));
    expect((await slack.command('U0ANA', 'C0CHECKOUT', '/diagnose-502 checkout')).acked).toBe(false);
    staunch.signal('SIGTERM');
    expect(await staunch.ended).toEqual({ code: 0, signal: null });
    expect(staunch.out).toContain('"variable":"HTTPS_PROXY"');
  });

  it('goes past it where NO_PROXY says so', async () => {
    const proxy = await aProxy();
    const slack = await practiceSlack();
    const staunch = realThing(slack, {
      HTTPS_PROXY: proxy.url,
      HTTP_PROXY: proxy.url,
      NO_PROXY: 'example.com,127.0.0.1',
    });
    await staunch.until(/connected to Acme/);
    await slack.until(() => (slack.openSockets === 2 ? true : undefined));
    expect(proxy.tunnels).toEqual([]);
    staunch.signal('SIGTERM');
    expect(await staunch.ended).toEqual({ code: 0, signal: null });
  });

  it('says so when the proxy is not there', async () => {
    const HTTP_PROXY = `http://127.0.0.1:${await freePort()}`;
    const staunch = realThing(await practiceSlack(), { HTTP_PROXY });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(/Slack cannot be reached at .*ECONNREFUSED/);
  });
});

describe.runIf(existsSync('/usr/bin/openssl'))('TLS through a proxy', () => {
  it('carries fetch, uploads and sockets, with a certificate authority of one’s own', async () => {
    const kept = folder();
    const [key, cert] = [join(kept, 'key.pem'), join(kept, 'cert.pem')];
    const subject = ['-subj', '/CN=slack.test', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    expect(spawnSync('/usr/bin/openssl', [...made, ...subject]).status).toBe(0);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      request.resume();
      response.end('fetched');
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', socket => socket.send('hello'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => {
      sockets.close();
      server.closeAllConnections();
      server.close();
    });
    const proxy = await aProxy();
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new StartedProcess(
      process.execPath,
      [join(import.meta.dirname, 'proxied-client.ts'), `https://${host}/`],
      { env: { HTTPS_PROXY: proxy.url.replace('http://', 'http://ann:p%40ss@'), NODE_EXTRA_CA_CERTS: cert } },
    );
    expect(await client.ended, client.err).toEqual({ code: 0, signal: null });
    expect(JSON.parse(client.out)).toEqual({
      variable: 'HTTPS_PROXY',
      fetched: 'fetched',
      uploaded: 200,
      said: 'hello',
    });
    expect(new Set(proxy.tunnels)).toEqual(new Set([host]));
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
    expect(new Set(proxy.authorizations)).toEqual(
      new Set([`Basic ${Buffer.from('ann:p@ss').toString('base64')}`]),
    );
  });
});

describe('the variables of a proxy', () => {
  afterEach(() => setGlobalDispatcher(new Agent()));

  it.each<[NodeJS.ProcessEnv, string | undefined]>([
    [{}, undefined],
    [{ NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'http://one:1', HTTPS_PROXY: 'http://two:2' }, 'https_proxy'],
    [{ HTTP_PROXY: 'http://proxy:3128' }, 'HTTP_PROXY'],
    [{ http_proxy: 'proxy.example.com:3128' }, 'http_proxy'],
    [{ HTTPS_PROXY: 'http://one:1', HTTP_PROXY: 'http://two:2' }, 'HTTPS_PROXY'],
  ])('of %j choose %s', async (environment, variable) => {
    const proxy = useProxy(environment);
    expect(proxy?.variable).toBe(variable);
    await proxy?.dispatcher.close();
  });

  it.each([
    ['socks5://user:hush@proxy:1080'],
    ['http://user:hush@:3128'],
    ['ftp://hush'],
    ['http://pro xy hush'],
  ])('refuse %s without showing it', address => {
    expect(() => useProxy({ https_proxy: address })).toThrow(
      /^https_proxy does not name an HTTP proxy: expected an address such as http:\/\/proxy\.example\.com:3128\.$/,
    );
  });
});
