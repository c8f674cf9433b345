import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { C, QUICK, startHttpApp, startSlack, stopAfterwards, U } from './practised-app.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request URL that answers as told and keeps what it got. */
async function requestUrl(
  answer: (received: readonly Received[]) => { status: number; headers?: Record<string, string> } | undefined,
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const told = answer(received);
      if (told !== undefined) response.writeHead(told.status, told.headers).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stopAfterwards(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`, received };
}

describe('a Bolt app over signed HTTP', () => {
  it('takes commands, presses, modals and events', async () => {
    const heard: string[] = [];
    const { slack } = await startHttpApp(app => {
      app.command('/look', async ({ ack, command, client }) => {
        heard.push(`${command.command} ${command.text}`);
        await ack({ text: 'looking', response_type: 'in_channel' });
        await client.views.open({
          trigger_id: command.trigger_id,
          view: {
            type: 'modal',
            callback_id: 'ask',
            title: { type: 'plain_text', text: 'Ask' },
            submit: { type: 'plain_text', text: 'Go' },
            blocks: [
              {
                type: 'input',
                block_id: 'what',
                label: { type: 'plain_text', text: 'What' },
                element: { type: 'plain_text_input', action_id: 'text' },
              },
            ],
          },
        });
      });
      app.view('ask', async ({ ack, view }) => {
        heard.push(String(view.state.values.what?.text?.value));
        await ack();
      });
      app.event('app_mention', async ({ event }) => void heard.push(event.text));
    });
    expect(await slack.command(U.ana, C.checkout, '/look a & b')).toMatchObject({ acked: true });
    expect(slack.messages(C.checkout)).toMatchObject([{ text: 'looking', user: 'U0PRACTICEBOT' }]);
    const modal = await slack.until(() => slack.modal(U.ana));
    await slack.submit(U.ana, modal.id, { what: { text: { type: 'plain_text_input', value: 'this' } } });
    expect(slack.modal(U.ana)).toBeUndefined();
    await slack.say(U.ben, C.checkout, '@lookout hello');
    await slack.until(() => heard.length === 3 || undefined);
    expect(heard).toEqual(['/look a &amp; b', 'this', '<@U0PRACTICEBOT> hello']);
  });

  it.each([
    ['as signed', {}, 200],
    ['with another secret', { secret: 'guessed' }, 401],
    ['signed ten minutes ago', { skewMs: -600_000 }, 401],
  ])(
    'a request %s is answered with %s',
    async (_, { secret, skewMs = 0 }: { secret?: string; skewMs?: number }, status) => {
      const { slack, url } = await startHttpApp(app => app.command('/look', async ({ ack }) => ack()));
      const body = new URLSearchParams({
        command: '/look',
        text: '',
        team_id: 'T0ACME',
        user_id: U.ana,
      }).toString();
      const signed = slack.signed(body, {
        ...(secret === undefined ? {} : { secret }),
        atMs: slack.workspace.nowMs() + skewMs,
      });
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...signed.headers };
      expect((await fetch(url, { method: 'POST', headers, body: signed.body })).status).toBe(status);
    },
  );
});

describe('signed HTTP delivery', () => {
  it('sends events again with number and reason', async () => {
    const { url, received } = await requestUrl(all => ({ status: all.length < 3 ? 500 : 200 }));
    const slack = await startSlack({ http: { url }, pace: QUICK });
    expect(await slack.say(U.ana, C.checkout, '@lookout look')).toMatchObject({ acked: false });
    await slack.until(() => slack.deliveries.find(each => each.carried.acked));
    expect(
      received.map(each => [each.headers['x-slack-retry-num'], each.headers['x-slack-retry-reason']]),
    ).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    expect(new Set(received.map(each => JSON.parse(each.body).event_id)).size).toBe(1);
  });

  it('gives an event up when the app says so, and a command at once', async () => {
    const { url, received } = await requestUrl(() => ({ status: 500, headers: { 'X-Slack-No-Retry': '1' } }));
    const slack = await startSlack({ http: { url }, pace: QUICK });
    await slack.say(U.ana, C.checkout, '@lookout look');
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ problem: /dispatch_failed/ });
    expect(received).toHaveLength(2);
  });

  it.each([
    ['does not answer in time', () => undefined, 'operation_timeout', 'http_timeout'],
    ['cannot be reached', undefined, 'dispatch_failed', 'connection_failed'],
  ])('an app that %s', async (_, answer, word, reason) => {
    const url = answer === undefined ? 'http://127.0.0.1:9/' : (await requestUrl(answer)).url;
    const slack = await startSlack({ http: { url }, pace: { ackWithinMs: 150, retryAfterMs: [] } });
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({
      problem: expect.stringContaining(word),
    });
    expect(slack.deliveries[0]?.carried).toMatchObject({ acked: false, reason });
  });

  it('opens no sockets', async () => {
    const slack = await startSlack({ http: { url: 'http://127.0.0.1:9/' } });
    const headers = { Authorization: `Bearer ${slack.appToken}` };
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, { method: 'POST', headers });
    expect(await response.json()).toMatchObject({ ok: false, error: 'forbidden_team' });
  });
});
