import { describe, expect, it } from 'vitest';
import { threadOf } from './incident-rig.ts';
import { buttonsOf, C, practisedStaunch, rootsOf, textsOf } from './practised-staunch.ts';

const TOKEN = 'a-long-token-of-the-alertmanager';
const MINUTE_MS = 60_000;
const ALERTS = 500;
/** Alertmanager sends groups; twenty of these at a time are twenty-five deliveries. */
const AT_ONCE = 20;

const RECEIVER = {
  address: { host: '127.0.0.1', port: 0 },
  path: '/alerts',
  token: TOKEN,
  signingSecrets: new Map<string, string>(),
  limits: { bytes: 1_048_576, perMinute: 6_000, atOnce: 20 },
};

function anAlert(at: number, status: 'firing' | 'resolved', startedMs: number) {
  return {
    status,
    labels: {
      alertname: ['HighErrorRate', 'GunicornDown', 'LatencyHigh'][at % 3],
      service: 'checkout',
      instance: `10.9.0.${at % 200}:9100`,
      path: `/p/${at}`,
    },
    annotations: { summary: `checkout fails on path ${at}` },
    startsAt: new Date(startedMs).toISOString(),
    endsAt: status === 'resolved' ? new Date(startedMs + MINUTE_MS).toISOString() : '0001-01-01T00:00:00Z',
    fingerprint: at.toString(16).padStart(16, '0'),
  };
}

async function deliver(url: string, alerts: readonly object[]): Promise<number> {
  const response = await fetch(`${url}/alerts/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '4',
      groupKey: 'checkout',
      status: 'firing',
      receiver: 'staunch',
      alerts,
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function storm(url: string, status: 'firing' | 'resolved', startedMs: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < ALERTS; at += AT_ONCE) {
    const alerts = Array.from({ length: AT_ONCE }, (_, more) => anAlert(at + more, status, startedMs));
    statuses.push(await deliver(url, alerts));
  }
  return statuses;
}

describe('500 alerts about one outage', () => {
  it('make one root and one thread, a few edits, one reply at the end, and ping nobody', async () => {
    const { slack, staunch } = await practisedStaunch({ settings: { alerts: { receiver: RECEIVER } } });
    const url = staunch.alertsUrl ?? '';
    const begunMs = Date.now();
    const statuses = await storm(url, 'firing', begunMs - MINUTE_MS);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const root = await slack.until(() => {
      const [first] = rootsOf(slack, C.checkout);
      return first && /CONFIRMED/.test(textsOf(first)) && /500 alerts fire/.test(textsOf(first))
        ? first
        : undefined;
    }, 30_000);
    const ended = await storm(url, 'resolved', begunMs - MINUTE_MS);
    expect(new Set(ended)).toEqual(new Set([200]));
    await slack.until(
      () => (/All 500 alerts are over/.test(textsOf(rootsOf(slack, C.checkout)[0])) ? true : undefined),
      30_000,
    );
    const ends = () => threadOf(slack, root).filter(message => /the alerts are over/.test(textsOf(message)));
    await slack.until(() => ends()[0], 15_000);
    const tookMs = Date.now() - begunMs;
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    const replies = threadOf(slack, root);
    expect(ends()).toHaveLength(1);
    // Nothing anywhere mentions a person, a group or a channel.
    const all = slack.calls.map(({ method, args }) => [method, args]);
    expect(JSON.stringify(all)).not.toMatch(/<@|<!(?:here|channel|everyone|subteam)/);
    const edits = slack.calls.filter(
      ({ method, args }) => method === 'chat.update' && (args as { ts?: string }).ts === root.ts,
    );
    const posts = slack.calls.filter(
      ({ method, args }) =>
        method === 'chat.postMessage' && (args as { thread_ts?: string }).thread_ts === undefined,
    );
    expect(posts).toHaveLength(1);
    // What alerts change waits ten seconds; besides, the diagnosis edits its root when it begins and ends.
    expect(edits.length).toBeLessThanOrEqual(6 * Math.max(1, Math.ceil(tookMs / MINUTE_MS)));
    expect(buttonsOf(root).length).toBeGreaterThan(0);
    process.stdout.write(
      `500 alerts firing and over in ${Math.round(tookMs / 1000)} s: ${posts.length} root, ${edits.length} edits of it, ${replies.length} replies\n`,
    );
  }, 120_000);
});
