import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { C, rootsOf, stopAfterwards, U } from './practised-staunch.ts';
import { rowsIn, staunchOverHttp } from './ways-in.ts';

interface Request {
  readonly body: string;
  readonly headers: OutgoingHttpHeaders;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const AT_ONCE = 24;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Sends requests over kept connections, so many at once; answers with their statuses, in order. */
function sender(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  stopAfterwards(() => agent.destroy());
  const send = ({ body, headers }: Request, to = url, method = 'POST') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(to, { agent, method, headers }, response => {
        let text = '';
        response.on('data', chunk => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const sendAll = async (requests: readonly Request[]): Promise<number[]> => {
    const statuses: number[] = [];
    let next = 0;
    const lane = async () => {
      for (let at = next++; at < requests.length; at = next++)
        statuses[at] = (await send(requests[at]!)).status;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return statuses;
  };
  return { send, sendAll };
}

const count = (statuses: readonly number[]) =>
  Object.fromEntries([...new Set(statuses)].map(each => [each, statuses.filter(s => s === each).length]));

/** A command that would be obeyed, each another one. */
const commandBody = (number: number) =>
  new URLSearchParams({
    command: '/diagnose-502',
    text: 'checkout',
    team_id: 'T0ACME',
    channel_id: C.checkout,
    user_id: U.ana,
    trigger_id: `forged-${number}`,
    response_url: 'http://127.0.0.1:9/',
  }).toString();

/** An event that is taken and has no effect: a tab of the app that is not the Home. */
const eventBody = (number: number) =>
  JSON.stringify({
    type: 'event_callback',
    team_id: 'T0ACME',
    event_id: `Ev${number}`,
    event: { type: 'app_home_opened', user: U.ana, channel: 'D0ANA', tab: 'messages', event_ts: '1.1' },
  });

type Forgery = (slack: PracticeSlack, body: string, number: number) => Request;
const signedBy = (slack: PracticeSlack, body: string, forge: Parameters<PracticeSlack['signed']>[1] = {}) =>
  slack.signed(body, forge).headers;

const FORGERIES: Readonly<Record<string, Forgery>> = {
  'another secret': (slack, body, n) => ({
    body,
    headers: { ...FORM, ...signedBy(slack, body, { secret: `guess-${n}` }) },
  }),
  'an empty secret': (slack, body) => ({
    body,
    headers: { ...FORM, ...signedBy(slack, body, { secret: '' }) },
  }),
  'no signature': (slack, body) => {
    const { 'X-Slack-Request-Timestamp': stamp } = signedBy(slack, body);
    return { body, headers: { ...FORM, 'X-Slack-Request-Timestamp': stamp } };
  },
  'no time': (slack, body) => ({
    body,
    headers: { ...FORM, 'X-Slack-Signature': signedBy(slack, body)['X-Slack-Signature'] },
  }),
  neither: (_, body) => ({ body, headers: FORM }),
  'an empty signature': (slack, body) => ({
    body,
    headers: { ...FORM, ...signedBy(slack, body), 'X-Slack-Signature': '' },
  }),
  'a shortened signature': (slack, body, n) => {
    const headers = signedBy(slack, body);
    const length = 3 + (n % 64);
    return {
      body,
      headers: { ...FORM, ...headers, 'X-Slack-Signature': headers['X-Slack-Signature'].slice(0, length) },
    };
  },
  'something behind the signature': (slack, body, n) => {
    const headers = signedBy(slack, body);
    return {
      body,
      headers: { ...FORM, ...headers, 'X-Slack-Signature': `${headers['X-Slack-Signature']}=${n}` },
    };
  },
  'another version': (slack, body) => {
    const headers = signedBy(slack, body);
    return {
      body,
      headers: { ...FORM, ...headers, 'X-Slack-Signature': headers['X-Slack-Signature'].replace('v0', 'v1') },
    };
  },
  'a time that is no number': (slack, body) => ({
    body,
    headers: { ...FORM, ...signedBy(slack, body), 'X-Slack-Request-Timestamp': 'now' },
  }),
  'the time of another second': (slack, body, n) => {
    const headers = signedBy(slack, body);
    const stamp = Number(headers['X-Slack-Request-Timestamp']) + 1 + (n % 100);
    return { body, headers: { ...FORM, ...headers, 'X-Slack-Request-Timestamp': String(stamp) } };
  },
  'another body': (slack, body) => ({
    body: `${body}&text=search`,
    headers: { ...FORM, ...signedBy(slack, body) },
  }),
  'no body': (slack, body) => ({ body: '', headers: { ...FORM, ...signedBy(slack, body) } }),
};

describe('the HTTP receiver', () => {
  it('refuses 10,000 forged requests and does nothing for any of them', async () => {
    const { slack, staunch, url, stateFolder } = await staunchOverHttp();
    const { sendAll } = sender(url);
    const kinds = Object.values(FORGERIES);
    const forged = Array.from({ length: 10_000 }, (_, n) =>
      kinds[n % kinds.length]!(slack, commandBody(n), n),
    );
    expect(count(await sendAll(forged))).toEqual({ 401: 10_000 });
    await staunch.stop();
    expect(rootsOf(slack, C.checkout)).toEqual([]);
    expect(rowsIn(stateFolder, 'select * from inbox')).toEqual([]);
  });

  it('takes a genuine request once, and refuses 10,000 copies of 400, whichever comes first', async () => {
    const { slack, staunch, url, stateFolder } = await staunchOverHttp();
    const { sendAll } = sender(url);
    const genuine = Array.from({ length: 400 }, (_, n): Request => {
      const { body, headers } = slack.signed(n === 0 ? commandBody(n) : eventBody(n));
      return { body, headers: { ...(n === 0 ? FORM : { 'content-type': 'application/json' }), ...headers } };
    });
    const copies = 26;
    // Twenty at a time, copy after copy, so that some copies race with the first.
    const order = Array.from({ length: genuine.length / 20 }, (_, part) =>
      Array.from({ length: copies }, () => genuine.slice(part * 20, part * 20 + 20)).flat(),
    ).flat();
    const statuses = await sendAll(order);
    const command = genuine[0]!;
    const events = order
      .map((request, at) => ({ request, status: statuses[at]! }))
      .filter(({ request }) => request !== command);
    expect(count(events.map(({ status }) => status))).toEqual({ 200: 399, 401: 9_975 });
    expect(new Set(events.filter(({ status }) => status === 200).map(({ request }) => request)).size).toBe(
      399,
    );
    // A copy of a command gets the command's answer, at the door, and has no effect.
    expect(statuses.filter((_, at) => order[at] === command)).toEqual(Array(copies).fill(200));
    await staunch.stop();
    expect(rowsIn(stateFolder, 'select service from incident')).toEqual([{ service: 'checkout' }]);
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
  });

  it('refuses 1,000 requests of another time, before and ahead', async () => {
    const { slack, url } = await staunchOverHttp();
    const { sendAll } = sender(url);
    const skewed = Array.from({ length: 1_000 }, (_, n) => {
      const awayMs = 6 * MINUTE_MS + ((DAY_MS - 6 * MINUTE_MS) * n) / 999;
      const body = commandBody(n);
      const atMs = Date.now() + (n % 2 === 0 ? awayMs : -awayMs);
      return { body, headers: { ...FORM, ...signedBy(slack, body, { atMs }) } };
    });
    expect(count(await sendAll(skewed))).toEqual({ 401: 1_000 });
    const near = [-4, 4].map((minutes, n) => {
      const body = eventBody(n);
      const headers = signedBy(slack, body, { atMs: Date.now() + minutes * MINUTE_MS });
      return { body, headers: { 'content-type': 'application/json', ...headers } };
    });
    expect(await sendAll(near)).toEqual([200, 200]);
    expect(rootsOf(slack, C.checkout)).toEqual([]);
  });

  it('answers what Slack itself asks, and nothing else', async () => {
    const { slack, staunch, url, stateFolder } = await staunchOverHttp();
    const { send } = sender(url);
    const json = (value: object) => {
      const { body, headers } = slack.signed(JSON.stringify(value));
      return { body, headers: { 'content-type': 'application/json', ...headers } };
    };
    const challenge = json({ type: 'url_verification', challenge: 'c-1', token: 't' });
    const answer = await send(challenge);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ challenge: 'c-1' });
    expect(await send({ ...challenge, headers: { 'content-type': 'application/json' } })).toMatchObject({
      status: 401,
    });

    const payload = encodeURIComponent(JSON.stringify({ type: 'shortcut', callback_id: 'start-diagnosis' }));
    for (const smuggled of [`&${commandBody(1)}`, `&payload=${payload}`, '']) {
      const body = `ssl_check=1${smuggled}`;
      // The probe of the certificate is answered; what came with it is not looked at.
      expect(await send({ body, headers: FORM })).toEqual({ status: 200, text: '' });
      const unsigned = { ...FORM, 'X-Slack-Signature': 'v0=ab', 'X-Slack-Request-Timestamp': '1' };
      expect(await send({ body, headers: unsigned })).toEqual({ status: 200, text: '' });
    }

    const event = slack.signed(eventBody(1));
    const good = { body: event.body, headers: { 'content-type': 'application/json', ...event.headers } };
    for (const path of ['/', '/slack', '/slack/events/', '/slack/events/x', '/slack/install', '/healthz'])
      expect(await send(good, new URL(path, url).href), path).toMatchObject({ status: 404 });
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD'])
      expect(await send({ ...good, body: '' }, url, method), method).toMatchObject({ status: 404 });
    expect(await send(good)).toMatchObject({ status: 200 });
    const huge = slack.signed(`text=${'x'.repeat(5 * 1024 * 1024)}`);
    expect(await send({ body: huge.body, headers: { ...FORM, ...huge.headers } })).toMatchObject({
      status: 413,
    });
    await staunch.stop();
    expect(rowsIn(stateFolder, 'select * from incident')).toEqual([]);
    expect(slack.messages(C.checkout)).toEqual([]);
  });
});
