import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { told, webhook } from '../intake/alerts.ts';
import { bearer, post, receiverRig, TOKEN } from './receiver-rig.ts';

const rig = receiverRig();

describe('alerts of Alertmanager', () => {
  it('are answered once they are stored', async () => {
    const receiver = await rig.receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]));
    expect([response.status, await response.text()]).toEqual([200, 'Taken: 1.\n']);
    expect(rig.taken).toMatchObject([{ alerts: [{ name: 'GunicornDown' }], key: undefined }]);
  });

  it('may come with a user and a password', async () => {
    const receiver = await rig.receiving();
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
    const receiver = await rig.receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]), headers);
    expect(response.status).toBe(401);
    expect(rig.taken).toEqual([]);
    expect(JSON.stringify(rig.logged)).toContain('no or wrong credentials');
    expect(JSON.stringify(rig.logged)).not.toContain(TOKEN);
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
    const receiver = await rig.receiving();
    expect((await post(receiver, path, body)).status).toBe(status);
    expect(rig.taken).toEqual([]);
  });

  it('are not fetched', async () => {
    const receiver = await rig.receiving();
    expect((await fetch(`${receiver.url}/alerts/alertmanager`, { headers: bearer })).status).toBe(405);
  });

  it('that cannot be stored are to be sent again', async () => {
    rig.take = async () => {
      throw new Error('the disk is full');
    };
    const receiver = await rig.receiving();
    const response = await post(receiver, '/alerts/alertmanager', webhook([told()]));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await response.text()).not.toContain('disk');
  });
});

describe('the server', () => {
  it('says which port is taken and what to set', async () => {
    const { port } = new URL((await rig.receiving()).url);
    await expect(rig.receiving({ address: { host: '127.0.0.1', port: Number(port) } })).rejects.toThrow(
      /Cannot listen on 127\.0\.0\.1 port \d+: another program listens there already.*STAUNCH_ALERTS_ADDRESS/,
    );
  });

  it('names a TLS file that cannot be read', async () => {
    const tls = { certFile: '/nonexistent/cert.pem', keyFile: '/nonexistent/key.pem' };
    await expect(rig.receiving({ tls })).rejects.toThrow(
      /The TLS file \/nonexistent\/cert\.pem .*STAUNCH_ALERTS_TLS_CERT_FILE/,
    );
  });

  it.runIf(existsSync('/usr/bin/openssl'))('speaks TLS with the files of the settings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-tls-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...key, '-keyout', keyFile, '-out', certFile, ...subject], {
      stdio: 'ignore',
    });
    const receiver = await rig.receiving({ tls: { certFile, keyFile } });
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
