import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { NOW_MS } from '../intake/alerts.ts';
import { bearer, post, receiverRig, SENTRY_SECRET } from './receiver-rig.ts';

const rig = receiverRig();

describe('a signed delivery', () => {
  const text = JSON.stringify({ id: 1, name: 'x', s: 'down' });

  it('is taken, with a name of its own', async () => {
    const receiver = await rig.receiving();
    expect((await post(receiver, '/alerts/own', text, rig.signed(text))).status).toBe(200);
    expect(rig.taken).toMatchObject([{ key: expect.stringMatching(/^alert-signature\/[0-9a-f]{64}$/) }]);
  });

  it('and its copy have the same name, whatever stands around the signature', async () => {
    const receiver = await rig.receiving();
    const headers = rig.signed(text);
    const other = {
      ...headers,
      'x-staunch-signature': `v1=00, ${headers['x-staunch-signature'].toUpperCase().replace('V1', 'v1')}`,
    };
    for (const each of [headers, other]) await post(receiver, '/alerts/own', text, each);
    expect(rig.taken[0]?.key).toBe(rig.taken[1]?.key);
    rig.take = async () => ({ duplicate: true });
    expect(await (await post(receiver, '/alerts/own', text, headers)).text()).toBe('Taken before.\n');
  });

  it.each<[string, () => Record<string, string>]>([
    ['without a signature', () => ({})],
    ['with the token of others', () => bearer],
    ['with a signature over another body', () => rig.signed(`${text} `)],
    ['with another secret', () => rig.signed(text, rig.nowMs, 'something-else-entirely')],
    ['with another time', () => ({ ...rig.signed(text), 'x-staunch-timestamp': String(NOW_MS / 1_000 + 1) })],
    ['of six minutes ago', () => rig.signed(text, rig.nowMs - 360_000)],
    ['of the future', () => rig.signed(text, rig.nowMs + 360_000)],
    ['without the time', () => ({ 'x-staunch-signature': rig.signed(text)['x-staunch-signature'] })],
    [
      'with half a signature',
      () => ({
        ...rig.signed(text),
        'x-staunch-signature': rig.signed(text)['x-staunch-signature'].slice(0, 40),
      }),
    ],
  ])('is refused %s', async (_, headers) => {
    const receiver = await rig.receiving();
    expect((await post(receiver, '/alerts/own', text, headers())).status).toBe(401);
    expect(rig.taken).toEqual([]);
  });

  it('may be signed as Sentry does, with a secret of its own; what is a day old is refused', async () => {
    const receiver = await rig.receiving();
    const body = JSON.stringify({
      action: 'created',
      data: { issue: { id: '1', title: 'x', lastSeen: new Date(NOW_MS).toISOString() } },
    });
    const headers = {
      'sentry-hook-signature': createHmac('sha256', SENTRY_SECRET).update(body).digest('hex'),
    };
    expect((await post(receiver, '/alerts/sentry', body, headers)).status).toBe(200);
    rig.nowMs += 24 * 3_600_000;
    expect((await post(receiver, '/alerts/sentry', body, headers)).status).toBe(401);
    expect(rig.taken).toHaveLength(1);
  });

  it('is refused where no secret is set, and the log says which', async () => {
    const receiver = await rig.receiving({ signingSecrets: new Map() });
    expect((await post(receiver, '/alerts/pagerduty', '{}', {})).status).toBe(401);
    expect(JSON.stringify(rig.logged)).toContain('set STAUNCH_ALERTS_SECRET_PAGERDUTY');
  });

  it('10,000 times forged or copied is never taken', async () => {
    const receiver = await rig.receiving({ limits: { bytes: 4_096, perMinute: 60_000, atOnce: 200 } });
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
    expect(rig.taken).toEqual([]);
    // A flood of refusals is no flood in the log.
    expect(rig.logged.length).toBeLessThanOrEqual(11);
  });
});
