import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { webhook } from '../intake/alerts.ts';
import { post, receiverRig, TOKEN } from './receiver-rig.ts';

const rig = receiverRig();

describe('the limits', () => {
  it('let so many through in a minute, and tell the others to try again', async () => {
    const receiver = await rig.receiving({ limits: { bytes: 4_096, perMinute: 3, atOnce: 20 } });
    const send = async () => (await post(receiver, '/alerts/alertmanager', webhook([]))).status;
    expect([await send(), await send(), await send(), await send()]).toEqual([200, 200, 200, 503]);
    rig.nowMs += 20_000;
    expect([await send(), await send()]).toEqual([200, 503]);
  });

  it('are not used up by whoever may not deliver', async () => {
    const receiver = await rig.receiving({ limits: { bytes: 4_096, perMinute: 1, atOnce: 20 } });
    for (let i = 0; i < 20; i++) await post(receiver, '/alerts/alertmanager', webhook([]), {});
    expect((await post(receiver, '/alerts/alertmanager', webhook([]))).status).toBe(200);
  });

  it('let so many in at once', async () => {
    const release = Promise.withResolvers<{ duplicate: boolean }>();
    const entered: (() => void)[] = [];
    const two = new Promise<void>(resolve => entered.push(resolve));
    let inside = 0;
    rig.take = () => {
      inside++;
      if (inside === 2) entered[0]?.();
      return release.promise;
    };
    const receiver = await rig.receiving({ limits: { bytes: 4_096, perMinute: 600, atOnce: 2 } });
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
    const receiver = await rig.receiving({}, 50);
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
    const receiver = await rig.receiving();
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
