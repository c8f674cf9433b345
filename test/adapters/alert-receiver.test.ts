import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertReceiver } from '../../src/adapters/alert-receiver.ts';
import type { AlertReceiverSettings } from '../../src/adapters/alert-settings.ts';
import { loadMappings } from '../../src/adapters/mapping-files.ts';
import type { Alert } from '../../src/intake/alert.ts';
import { readMapping } from '../../src/intake/mapping-reading.ts';
import { NOW_MS, told, webhook } from '../intake/alerts.ts';

const TOKEN = 'a-token-of-sixteen-or-more';
const SECRET = 'a-secret-of-sixteen-or-more';
const SENTRY_SECRET = 'the-client-secret-of-sentry';
const OWN = readMapping(
  'id: own\ntitle: Own\nfingerprint: /id\nname: /name\nstate: { from: /s, firing: [down] }\n',
  'own.yml',
);

const started: AlertReceiver[] = [];
let nowMs = NOW_MS;
let taken: { readonly alerts: readonly Alert[]; readonly key: string | undefined }[] = [];
let logged: unknown[] = [];
let take: () => Promise<{ duplicate: boolean }>;
beforeEach(() => {
  nowMs = NOW_MS;
  taken = [];
  logged = [];
  take = async () => ({ duplicate: false });
});
afterEach(async () => {
  for (const receiver of started.splice(0)) await receiver.stop();
});

async function receiving(change: Partial<AlertReceiverSettings> = {}, patienceMs?: number) {
  const loaded = await loadMappings();
  if (!loaded.ok || !OWN.ok) throw new Error('the mappings cannot be read');
  const write = (fields: object, text: string) => void logged.push({ ...fields, text });
  const receiver = await AlertReceiver.start({
    settings: {
      address: { host: '127.0.0.1', port: 0 },
      path: '/alerts',
      token: TOKEN,
      basic: { user: 'am', password: 'a-password-of-sixteen' },
      signingSecrets: new Map([
        ['', SECRET],
        ['SENTRY', SENTRY_SECRET],
      ]),
      limits: { bytes: 4_096, perMinute: 600, atOnce: 20 },
      ...change,
    },
    mappings: new Map([...loaded.mappings, ['own', OWN.mapping]]),
    sink: {
      async take(alerts, key) {
        const answer = await take();
        taken.push({ alerts, key });
        return answer;
      },
      takeAll: async () => {},
    },
    clock: { nowMs: () => nowMs },
    log: { info: write, warn: write, error: write },
    ...(patienceMs !== undefined && { patienceMs }),
  });
  started.push(receiver);
  return receiver;
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const post = (
  receiver: AlertReceiver,
  path: string,
  body: unknown,
  headers: Record<string, string> = bearer,
) =>
  fetch(`${receiver.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const signed = (text: string, atMs = nowMs, secret = SECRET) => {
  const stamp = String(Math.floor(atMs / 1_000));
  const mac = createHmac('sha256', secret).update(`${stamp}.${text}`).digest('hex');
  return { 'x-staunch-timestamp': stamp, 'x-staunch-signature': `v1=${mac}` };
};

describe('alerts of Alertmanager', () => {
  it('are answered once they are stored', async () => {
    const receiver = await receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]));
    expect([response.status, await response.text()]).toEqual([200, 'Taken: 1.\n']);
    expect(taken).toMatchObject([{ alerts: [{ name: 'GunicornDown' }], key: undefined }]);
  });

  it('may come with a user and a password', async () => {
    const receiver = await receiving();
    const basic = Buffer.from('am:a-password-of-sixteen').toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    expect((await post(receiver, '/alerts/alertmanager', webhook([]), headers)).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['another token', { authorization: 'Bearer something-else-entirely' }],
    ['the beginning of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['the token as a password', { authorization: `Basic ${Buffer.from(`am:${TOKEN}`).toString('base64')}` }],
    [
      'the right password of another user',
      { authorization: `Basic ${Buffer.from('x:a-password-of-sixteen').toString('base64')}` },
    ],
    ['two values', { authorization: `Bearer ${TOKEN} ${TOKEN}` }],
  ])('are refused with %s, before the body is read', async (_, headers) => {
    const receiver = await receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]), headers);
    expect(response.status).toBe(401);
    expect(taken).toEqual([]);
    expect(JSON.stringify(logged)).toContain('no or wrong credentials');
    expect(JSON.stringify(logged)).not.toContain(TOKEN);
  });

  it.each<[string, string, string, number]>([
    ['text', '/alerts/alertmanager', 'hello', 400],
    ['another version', '/alerts/alertmanager', '{"version":"3","alerts":[]}', 400],
    ['bytes that are no UTF-8', '/alerts/alertmanager', '', 400],
    ['too much', '/alerts/alertmanager', JSON.stringify(webhook([told({ x: 'y'.repeat(9_000) })])), 413],
    ['an unknown sender', '/alerts/nobody', '{}', 404],
    ['a way out of the path', '/alerts/../metrics', '{}', 404],
    ['no sender', '/alerts', '{}', 404],
  ])('are refused for %s', async (_, path, body, status) => {
    const receiver = await receiving();
    expect((await post(receiver, path, body)).status).toBe(status);
    expect(taken).toEqual([]);
  });

  it('are not fetched', async () => {
    const receiver = await receiving();
    expect((await fetch(`${receiver.url}/alerts/alertmanager`, { headers: bearer })).status).toBe(405);
  });

  it('that cannot be stored are to be sent again', async () => {
    take = async () => {
      throw new Error('the disk is full');
    };
    const receiver = await receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await response.text()).not.toContain('disk');
  });
});

describe('a signed delivery', () => {
  const text = JSON.stringify({ id: 1, name: 'x', s: 'down' });

  it('is taken, with a name of its own', async () => {
    const receiver = await receiving();
    expect((await post(receiver, '/alerts/own', text, signed(text))).status).toBe(200);
    expect(taken).toMatchObject([{ key: expect.stringMatching(/^alert-signature\/[0-9a-f]{64}$/) }]);
  });

  it('and its copy have the same name, whatever stands around the signature', async () => {
    const receiver = await receiving();
    const headers = signed(text);
    const other = {
      ...headers,
      'x-staunch-signature': `v1=00, ${headers['x-staunch-signature'].toUpperCase().replace('V1', 'v1')}`,
    };
    for (const each of [headers, other]) await post(receiver, '/alerts/own', text, each);
    expect(taken[0]?.key).toBe(taken[1]?.key);
    take = async () => ({ duplicate: true });
    expect(await (await post(receiver, '/alerts/own', text, headers)).text()).toBe('Taken before.\n');
  });

  it.each<[string, () => Record<string, string>]>([
    ['without a signature', () => ({})],
    ['with the token of others', () => bearer],
    ['with a signature over another body', () => signed(`${text} `)],
    ['with another secret', () => signed(text, nowMs, 'something-else-entirely')],
    ['with another time', () => ({ ...signed(text), 'x-staunch-timestamp': String(NOW_MS / 1_000 + 1) })],
    ['of six minutes ago', () => signed(text, nowMs - 360_000)],
    ['of the future', () => signed(text, nowMs + 360_000)],
    ['without the time', () => ({ 'x-staunch-signature': signed(text)['x-staunch-signature'] })],
    [
      'with half a signature',
      () => ({ ...signed(text), 'x-staunch-signature': signed(text)['x-staunch-signature'].slice(0, 40) }),
    ],
  ])('is refused %s', async (_, headers) => {
    const receiver = await receiving();
    expect((await post(receiver, '/alerts/own', text, headers())).status).toBe(401);
    expect(taken).toEqual([]);
  });

  it('may be signed as Sentry does, with a secret of its own; what is a day old is refused', async () => {
    const receiver = await receiving();
    const body = JSON.stringify({
      action: 'created',
      data: { issue: { id: '1', title: 'x', lastSeen: new Date(NOW_MS).toISOString() } },
    });
    const headers = {
      'sentry-hook-signature': createHmac('sha256', SENTRY_SECRET).update(body).digest('hex'),
    };
    expect((await post(receiver, '/alerts/sentry', body, headers)).status).toBe(200);
    nowMs += 24 * 3_600_000;
    expect((await post(receiver, '/alerts/sentry', body, headers)).status).toBe(401);
    expect(taken).toHaveLength(1);
  });

  it('is refused where no secret is set, and the log says which', async () => {
    const receiver = await receiving({ signingSecrets: new Map() });
    expect((await post(receiver, '/alerts/pagerduty', '{}', {})).status).toBe(401);
    expect(JSON.stringify(logged)).toContain('set STAUNCH_ALERTS_SECRET_PAGERDUTY');
  });

  it('10,000 times forged or copied is never taken', async () => {
    const receiver = await receiving({ limits: { bytes: 4_096, perMinute: 60_000, atOnce: 200 } });
    const { hostname, port } = new URL(receiver.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    let answers = '';
    socket.on('data', data => {
      answers += data;
    });
    for (let i = 0; i < 10_000; i++) {
      const mac = createHmac('sha256', `guess-${i}`)
        .update(`${NOW_MS / 1_000}.${text}`)
        .digest('hex');
      socket.write(
        `POST /alerts/own HTTP/1.1\r\nhost: x\r\nx-staunch-timestamp: ${NOW_MS / 1_000}\r\nx-staunch-signature: v1=${mac}\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
      if (i % 100 === 99) await expect.poll(() => answers.split('HTTP/1.1 401').length - 1).toBe(i + 1);
    }
    socket.destroy();
    expect(answers).not.toContain('HTTP/1.1 200');
    expect(taken).toEqual([]);
    // A flood of refusals is no flood in the log.
    expect(logged.length).toBeLessThanOrEqual(11);
  });
});

describe('the limits', () => {
  it('let so many through in a minute, and tell the others to try again', async () => {
    const receiver = await receiving({ limits: { bytes: 4_096, perMinute: 3, atOnce: 20 } });
    const send = async () => (await post(receiver, '/alerts/alertmanager', webhook([]))).status;
    expect([await send(), await send(), await send(), await send()]).toEqual([200, 200, 200, 503]);
    nowMs += 20_000;
    expect([await send(), await send()]).toEqual([200, 503]);
  });

  it('are not used up by whoever may not deliver', async () => {
    const receiver = await receiving({ limits: { bytes: 4_096, perMinute: 1, atOnce: 20 } });
    for (let i = 0; i < 20; i++) await post(receiver, '/alerts/alertmanager', webhook([]), {});
    expect((await post(receiver, '/alerts/alertmanager', webhook([]))).status).toBe(200);
  });

  it('let so many in at once', async () => {
    const release = Promise.withResolvers<{ duplicate: boolean }>();
    const entered: (() => void)[] = [];
    const two = new Promise<void>(resolve => entered.push(resolve));
    let inside = 0;
    take = () => {
      inside++;
      if (inside === 2) entered[0]?.();
      return release.promise;
    };
    const receiver = await receiving({ limits: { bytes: 4_096, perMinute: 600, atOnce: 2 } });
    const waiting = [1, 2].map(() => post(receiver, '/alerts/alertmanager', webhook([])));
    await two;
    expect((await post(receiver, '/alerts/alertmanager', webhook([]))).status).toBe(503);
    release.resolve({ duplicate: false });
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await post(receiver, '/alerts/alertmanager', webhook([]))).status).toBe(200);
  });

  it.each<[string, string]>([
    ['its head', 'POST /alerts/alertmanager HTTP/1.1\r\nhost: x\r\n'],
    [
      'its body',
      `POST /alerts/alertmanager HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 900\r\n\r\n{"ver`,
    ],
  ])('end a sender that never finishes %s', async (_, begun) => {
    const receiver = await receiving({}, 50);
    const { hostname, port } = new URL(receiver.url);
    const socket = connect(Number(port), hostname);
    socket.write(begun);
    const said: Buffer[] = [];
    socket.on('data', data => said.push(data));
    await once(socket, 'close');
    expect(Buffer.concat(said).toString()).toMatch(/^HTTP\/1\.1 408/);
    expect((await post(receiver, '/alerts/alertmanager', webhook([]))).status).toBe(200);
  });

  it('hold for bodies that do not say how long they are', async () => {
    const receiver = await receiving();
    const { hostname, port } = new URL(receiver.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST /alerts/alertmanager HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    for (let i = 0; i < 8; i++) socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413/);
    socket.destroy();
  });
});

describe('the server', () => {
  it('says which port is taken and what to set', async () => {
    const { port } = new URL((await receiving()).url);
    await expect(receiving({ address: { host: '127.0.0.1', port: Number(port) } })).rejects.toThrow(
      /Cannot listen on 127\.0\.0\.1 port \d+: another program listens there already.*STAUNCH_ALERTS_ADDRESS/,
    );
  });

  it('names a TLS file that cannot be read', async () => {
    const tls = { certFile: '/nonexistent/cert.pem', keyFile: '/nonexistent/key.pem' };
    await expect(receiving({ tls })).rejects.toThrow(
      /The TLS file \/nonexistent\/cert\.pem .*STAUNCH_ALERTS_TLS_CERT_FILE/,
    );
  });

  it('speaks TLS with the files of the settings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-tls-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...key, '-keyout', keyFile, '-out', certFile, ...subject], {
      stdio: 'ignore',
    });
    const receiver = await receiving({ tls: { certFile, keyFile } });
    const { port } = new URL(receiver.url);
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const asked = httpsRequest(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port,
          path: '/alerts/alertmanager',
          method: 'POST',
          headers: bearer,
          ca: readFileSync(certFile),
          agent: false,
        },
        response => resolve(response.resume().statusCode),
      );
      asked.once('error', reject);
      asked.end(JSON.stringify(webhook([])));
    });
    expect([receiver.url.startsWith('https:'), answered]).toEqual([true, 200]);
    rmSync(folder, { recursive: true });
  });
});
