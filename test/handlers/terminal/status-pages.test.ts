import { describe, expect, it } from 'vitest';
import { practiceSlack, verdictIn } from '../../acceptance/chat/practised-staunch.ts';
import { freePort } from '../../free-port.ts';
import { afterwards, realThing, registryOf } from './started-process.ts';

async function withStatus() {
  const port = await freePort();
  const slack = await practiceSlack();
  // Nobody listens on port 1: each diagnosis ends at once, with a gap.
  const staunch = realThing(slack, { STAUNCH_STATUS_PORT: String(port), STAUNCH_CONFIG: registryOf(1) });
  const [, url = ''] = await staunch.until(/(http:\/\/127\.0\.0\.1:\d+)\/healthz and \/metrics/);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  return { slack, staunch, url };
}

describe('the status pages of a running Staunch', () => {
  it('are well while a socket is open, and say what is the matter when none is', async () => {
    const { slack, url } = await withStatus();
    const health = async () => {
      const response = await fetch(`${url}/healthz`);
      return { status: response.status, body: (await response.json()) as unknown };
    };
    await slack.until(() => (slack.openSockets === 2 ? true : undefined));
    expect(await health()).toEqual({ status: 200, body: { status: 'ok', problems: {} } });
    let isOver = false;
    afterwards(() => {
      isOver = true;
    });
    slack.faults.refuseSockets();
    slack.faults.cutSockets();
    while (!isOver && (await health()).status === 200);
    expect(await health()).toEqual({
      status: 503,
      body: { status: 'failing', problems: { slack: 'no connection to Slack is open' } },
    });
  });

  it('count what happened, and name nobody and nothing', async () => {
    const { slack, staunch, url } = await withStatus();
    await slack.command('U0ANA', 'C0CHECKOUT', '/diagnose-502 checkout');
    await verdictIn(slack, 'C0CHECKOUT');
    const read = async () => (await fetch(`${url}/metrics`)).text();
    let text = await read();
    while (!/^staunch_diagnoses_total\{.*\} 1$/m.test(text) || !/^staunch_messages_waiting 0$/m.test(text))
      text = await read();
    expect(text).toMatch(/^staunch_slack_connections 2$/m);
    expect(text).toMatch(/^staunch_messages_total\{outcome="sent"\} \d+$/m);
    expect(text).toMatch(/^staunch_diagnoses_running 0$/m);
    expect(text).toMatch(/^staunch_process_resident_memory_bytes \d+$/m);
    for (const name of ['checkout', 'U0ANA', 'C0CHECKOUT', 'Acme', '127.0.0.1', slack.botToken])
      expect(text).not.toContain(name);
    staunch.signal('SIGTERM');
    expect(await staunch.ended).toEqual({ code: 0, signal: null });
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
