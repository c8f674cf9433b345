import { WebClientEvent } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { C, QUICK, startApp, startSlack, U } from './practised-app.ts';

const posting = { channel: C.checkout, text: 'hello' };

describe('calls that go wrong', () => {
  it('429: the client waits for Retry-After and the message arrives once', async () => {
    const slack = await startSlack();
    const app = await startApp(slack, () => undefined);
    const waits: number[] = [];
    app.client.on(WebClientEvent.RATE_LIMITED, seconds => waits.push(seconds));
    slack.faults.api('chat.postMessage', { kind: 'rate-limit', retryAfterSeconds: 1 });
    await app.client.chat.postMessage(posting);
    expect(waits).toEqual([1]);
    const posts = slack.calls.filter(call => call.method === 'chat.postMessage');
    expect(posts.map(call => [call.fault?.kind, call.answer?.ok])).toEqual([
      ['rate-limit', undefined],
      [undefined, true],
    ]);
    expect(slack.messages(C.checkout)).toHaveLength(1);
  });

  it("429 by Slack's own limit says how long to wait", async () => {
    const slack = await startSlack({ nowMs: () => 1_700_000_000_000 });
    const post = () =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${slack.botToken}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(posting),
      });
    let response = await post();
    for (let count = 1; response.status === 200 && count < 100; count += 1) response = await post();
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toEqual({ ok: false, error: 'ratelimited' });
  });

  it.each([
    ['5xx', { kind: 'status', status: 503 } as const, 0],
    ['an error word', { kind: 'error', error: 'fatal_error' } as const, 0],
    ['a cut before the effect', { kind: 'cut', effect: false } as const, 0],
    ['a cut after the effect', { kind: 'cut', effect: true } as const, 1],
    ['silence before the effect', { kind: 'hang', effect: false } as const, 0],
    ['silence after the effect', { kind: 'hang', effect: true } as const, 1],
  ])('%s: the call fails, and the workspace is as it should be', async (_, fault, messages) => {
    const slack = await startSlack();
    const post = () =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${slack.botToken}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(posting),
        signal: AbortSignal.timeout(5_000),
      }).then(async response => `${response.status} ${(await response.text()).slice(0, 34)}`);
    slack.faults.api('chat.postMessage', fault, { where: args => args.channel === C.checkout });
    const answer = post().catch(() => 'nothing');
    await slack.until(() => slack.calls[0]);
    slack.faults.clear();
    expect(['nothing', '503 upstream failure', '200 {"ok":false,"error":"fatal_error"}']).toContain(
      await answer,
    );
    expect(slack.messages(C.checkout)).toHaveLength(messages);
    expect(await post()).toMatch(/^200/);
  });

  it('strike as often as told, and only the calls they are meant for', async () => {
    const slack = await startSlack();
    const app = await startApp(slack, () => undefined);
    slack.faults.api(
      '*',
      { kind: 'error', error: 'fatal_error' },
      { times: 2, where: args => args.text === 'bad' },
    );
    await app.client.chat.postMessage(posting);
    for (let count = 0; count < 2; count += 1) {
      await expect(app.client.chat.postMessage({ ...posting, text: 'bad' })).rejects.toThrow('fatal_error');
    }
    await app.client.chat.postMessage({ ...posting, text: 'bad' });
    expect(slack.messages(C.checkout).map(each => each.text)).toEqual(['hello', 'bad']);
  });
});

describe('deliveries that go wrong', () => {
  const listening = async (sockets = 1) => {
    const slack = await startSlack({ pace: QUICK });
    const heard: string[] = [];
    await startApp(
      slack,
      app => {
        app.command('/look', async ({ ack, command }) => {
          heard.push(command.text);
          await ack();
        });
        app.event('app_mention', async ({ event }) => void heard.push(event.text.replace(/^\S+ /, '')));
      },
      sockets,
    );
    return { slack, heard };
  };

  it('are doubled', async () => {
    const { slack, heard } = await listening(2);
    slack.faults.deliveries('slash_commands', { kind: 'duplicate' });
    await slack.command(U.ana, C.checkout, '/look a');
    await slack.until(() => heard.length === 2 || undefined);
    const triggers = slack.deliveries.map(each => each.payload.trigger_id);
    expect(triggers[0]).toBe(triggers[1]);
    await slack.command(U.ana, C.checkout, '/look b');
    expect(heard).toEqual(['a', 'a', 'b']);
  });

  it('come in another order', async () => {
    const { slack, heard } = await listening();
    slack.faults.deliveries('*', { kind: 'reorder', count: 3 });
    await Promise.all(['a', 'b', 'c'].map(text => slack.command(U.ana, C.checkout, `/look ${text}`)));
    await slack.command(U.ana, C.checkout, '/look d');
    expect(heard).toEqual(['c', 'b', 'a', 'd']);
  });

  it('come late', async () => {
    const { slack, heard } = await listening();
    slack.faults.deliveries(
      '*',
      { kind: 'delay', delayMs: 60_000 },
      { where: ({ text }) => text === 'late' },
    );
    const late = slack.command(U.ana, C.checkout, '/look late');
    await slack.command(U.ana, C.checkout, '/look soon');
    slack.faults.clear();
    await late;
    expect(heard).toEqual(['soon', 'late']);
  });

  it('lose their acknowledgement, so that an event comes again', async () => {
    const { slack, heard } = await listening();
    slack.faults.deliveries('events_api', { kind: 'drop-ack' }, { times: 2 });
    await slack.say(U.ana, C.checkout, '@lookout look');
    await slack.until(() => heard.length === 3 || undefined);
    await slack.until(() => slack.deliveries.find(each => each.carried.acked));
    expect(slack.deliveries.map(each => each.payload.event_id)).toEqual(
      Array.from({ length: 3 }, () => slack.deliveries[0]?.payload.event_id),
    );
  });
});
