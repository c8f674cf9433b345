import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { C, QUICK, startApp, startSlack, U } from './practised-app.ts';

describe('sockets that come and go', () => {
  it.each([
    ['asked to refresh', 'refresh_requested'],
    ['warned', 'warning'],
    ['cut', 'cut'],
  ] as const)('an app that is %s comes back and takes commands again', async (_, how) => {
    const slack = await startSlack();
    await startApp(slack, app => app.command('/look', async ({ ack }) => ack()));
    if (how === 'cut') slack.faults.cutSockets();
    else slack.faults.disconnectSockets(how);
    await slack.until(() => slack.openSockets === 0 || undefined);
    await slack.until(() => slack.openSockets === 1 || undefined);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
    expect(slack.calls.filter(call => call.method === 'apps.connections.open')).toHaveLength(2);
  });

  it('two receivers: a command in the gap of one is taken by the other, once', async () => {
    const slack = await startSlack();
    let heard = 0;
    await startApp(
      slack,
      app =>
        app.command('/look', async ({ ack }) => {
          heard += 1;
          await ack();
        }),
      2,
    );
    slack.faults.disconnectSockets('refresh_requested', 1);
    expect(slack.openSockets).toBe(1);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
    await slack.until(() => slack.openSockets === 2 || undefined);
    slack.faults.cutSockets(1);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
    expect(heard).toBe(2);
  });

  it('an app whose sockets are refused is not reached until they are not', async () => {
    const slack = await startSlack();
    await startApp(slack, app => app.command('/look', async ({ ack }) => ack()));
    slack.faults.refuseSockets(2);
    slack.faults.cutSockets();
    await slack.until(() => slack.openSockets === 0 || undefined);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ problem: /dispatch_failed/ });
    await slack.until(() => slack.openSockets === 1 || undefined);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
    expect(slack.calls.filter(call => call.method === 'apps.connections.open')).toHaveLength(4);
  });

  it('an app comes back after Slack was in trouble first and then out of reach', async () => {
    const slack = await startSlack();
    await startApp(slack, app => app.command('/look', async ({ ack }) => ack()));
    slack.faults.api('apps.connections.open', { kind: 'error', error: 'internal_error' });
    slack.faults.api('apps.connections.open', { kind: 'cut', effect: false });
    slack.faults.cutSockets();
    await slack.until(() => slack.openSockets === 0 || undefined);
    await slack.until(() => slack.openSockets === 1 || undefined);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
  });

  it('a command whose socket breaks before the acknowledgement fails for the person', async () => {
    const slack = await startSlack();
    await startApp(slack, app => app.command('/look', async () => slack.faults.cutSockets()));
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ problem: /operation_timeout/ });
  });
});

describe('events that nobody acknowledges', () => {
  const open = async (url: string, answer: (envelope: Envelope, socket: WebSocket) => void) => {
    const socket = new WebSocket(url);
    const hello = Promise.withResolvers<Record<string, unknown>>();
    socket.on('message', data => {
      const message = JSON.parse(String(data));
      if (message.type === 'hello') hello.resolve(message);
      else answer(message, socket);
    });
    return { socket, hello: await hello.promise };
  };
  interface Envelope {
    readonly type: string;
    readonly envelope_id: string;
    readonly retry_attempt: number;
    readonly retry_reason: string;
    readonly reason?: string;
    readonly payload: { readonly event_id: string };
  }
  const ticket = async (slack: Awaited<ReturnType<typeof startSlack>>) => {
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${slack.appToken}` },
    });
    return ((await response.json()) as { url: string }).url;
  };

  it('are sent three times more, each time on the other socket, with the same event id', async () => {
    const slack = await startSlack({ pace: QUICK });
    const seen: (Envelope & { on: number })[] = [];
    const keep = (on: number) => (envelope: Envelope) => {
      if (envelope.type === 'events_api') seen.push({ ...envelope, on });
    };
    const { hello } = await open(await ticket(slack), keep(1));
    expect(hello).toMatchObject({ num_connections: 1, connection_info: { app_id: 'A0PRACTICE' } });
    await open(await ticket(slack), keep(2));
    const said = slack.say(U.ana, C.checkout, '@lookout look');
    // Takes the other socket's turn, so that the event's next turn would be its first socket again.
    await slack.command(U.ana, C.checkout, '/look');
    expect(await said).toMatchObject({ acked: false });
    await slack.until(() => slack.deliveries.length === 5 || undefined);
    expect(seen.map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(seen.map(({ payload }) => payload.event_id)).size).toBe(1);
    expect(new Set(seen.map(({ envelope_id }) => envelope_id)).size).toBe(4);
    expect(seen.every(({ on }, index) => index === 0 || on !== seen[index - 1]?.on)).toBe(true);
  });

  it('are not sent again once acknowledged', async () => {
    const slack = await startSlack({ pace: QUICK });
    await open(await ticket(slack), ({ retry_attempt, envelope_id }, socket) => {
      if (retry_attempt === 1) socket.send(JSON.stringify({ envelope_id }));
    });
    await slack.say(U.ana, C.checkout, '@lookout look');
    await slack.until(() => slack.deliveries.find(each => each.carried.acked));
    expect(slack.deliveries.map(each => each.attempt)).toEqual([0, 1]);
  });

  it('find at most ten sockets, each ticket good for one', async () => {
    const slack = await startSlack();
    const url = await ticket(slack);
    await open(url, () => undefined);
    const refused = new WebSocket(url);
    expect(await new Promise(resolve => refused.on('error', error => resolve(error.message)))).toContain(
      '404',
    );
    for (let count = 2; count <= 10; count += 1) await open(await ticket(slack), () => undefined);
    expect(slack.openSockets).toBe(10);
    const eleventh = Promise.withResolvers<Envelope>();
    new WebSocket(await ticket(slack)).on('message', data => eleventh.resolve(JSON.parse(String(data))));
    expect(await eleventh.promise).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    expect(slack.openSockets).toBe(10);
  });

  it('and an app without the app token gets no socket', async () => {
    const slack = await startSlack();
    const headers = { Authorization: `Bearer ${slack.botToken}` };
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, { method: 'POST', headers });
    expect(await response.json()).toEqual({ ok: false, error: 'not_allowed_token_type' });
  });
});
