import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { practiceSlack } from '../../acceptance/chat/practised-staunch.ts';
import { freePort } from '../../free-port.ts';
import {
  afterwards,
  folder,
  realEnvironment,
  realThing,
  StartedProcess,
  silentServer,
} from './started-process.ts';

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  return (server.address() as AddressInfo).port;
}

const BOT = `xoxb-${'1'.repeat(12)}`;
const APP = `xapp-${'1'.repeat(12)}`;

/** Each of them has begun more and more before it fails, and must end all the same. */
describe('a start that cannot succeed ends with the reason and leaves nothing open', () => {
  it('when the bot token is refused', async () => {
    const staunch = realThing(await practiceSlack(), { SLACK_BOT_TOKEN: BOT });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(
      /^Staunch could not start: Slack does not accept SLACK_BOT_TOKEN \(invalid_auth\)\. Copy it again/,
    );
  });

  it('when the app token is refused', async () => {
    const staunch = realThing(await practiceSlack(), { SLACK_APP_TOKEN: APP });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(/Slack does not accept SLACK_APP_TOKEN \(invalid_auth\)/);
  });

  it('when Slack cannot be reached', async () => {
    const SLACK_API_URL = `http://127.0.0.1:${await freePort()}/api/`;
    const staunch = realThing(await practiceSlack(), { SLACK_API_URL });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toContain(`Slack cannot be reached at ${SLACK_API_URL} (connect ECONNREFUSED`);
    expect(staunch.err).toContain('HTTPS_PROXY');
  });

  it('when the port of the status page is taken', async () => {
    const port = await takenPort();
    const staunch = realThing(await practiceSlack(), { STAUNCH_STATUS_PORT: String(port) });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(
      new RegExp(`Cannot listen on 127\\.0\\.0\\.1 port ${port}: .*another Staunch.*STAUNCH_STATUS_PORT`),
    );
  });

  it('when the port for Slack’s requests is taken', async () => {
    const port = await takenPort();
    const slack = await practiceSlack();
    const staunch = realThing(slack, {
      STAUNCH_SLACK_MODE: 'http',
      SLACK_SIGNING_SECRET: slack.signingSecret,
      STAUNCH_HTTP_PORT: String(port),
    });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(
      new RegExp(`Cannot listen on 127\\.0\\.0\\.1 port ${port}: .*STAUNCH_HTTP_PORT`),
    );
  });

  it('when another process works with the same state', async () => {
    const slack = await practiceSlack();
    const env = realEnvironment(slack);
    const first = realThing(slack, env);
    await first.until(/connected to Acme/);
    const second = realThing(slack, env);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.err).toMatch(new RegExp(`in use by process ${first.pid} .*Stop that one first`));
    first.signal('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
  });

  it('when a proxy is named that is none', async () => {
    const staunch = realThing(await practiceSlack(), { HTTPS_PROXY: 'socks5://user:hush@proxy:1080' });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toMatch(/HTTPS_PROXY does not name an HTTP proxy: expected an address such as/);
    expect(staunch.out + staunch.err).not.toContain('hush');
  });

  it('when a setting is wrong, all of them named at once, tokens never shown', async () => {
    const staunch = StartedProcess.staunch(['start'], {
      env: { SLACK_BOT_TOKEN: APP, STAUNCH_LOG_LEVEL: 'loud', STAUNCH_HTTP_PORT: '0' },
    });
    expect(await staunch.ended).toEqual({ code: 2, signal: null });
    for (const words of [
      'SLACK_BOT_TOKEN is not of',
      'SLACK_APP_TOKEN is missing',
      '"loud"',
      'STAUNCH_HTTP_PORT',
    ])
      expect(staunch.err).toContain(words);
    expect(staunch.err).not.toContain(APP);
  });

  it('when tokens and practice mode meet, also through .env', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, '.env'), `SLACK_BOT_TOKEN=${BOT}\nSLACK_APP_TOKEN=${APP}\n`);
    const staunch = StartedProcess.staunch(['start', '--practice'], { cwd });
    expect(await staunch.ended).toEqual({ code: 2, signal: null });
    expect(staunch.err).toContain('exclude each other');
  });

  it('when it is stopped while Slack does not answer', async () => {
    const { port, asked } = await silentServer();
    const staunch = realThing(await practiceSlack(), { SLACK_API_URL: `http://127.0.0.1:${port}/api/` });
    await asked();
    staunch.signal('SIGTERM');
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toContain('Slack cannot be reached');
  });
});

describe('.env', () => {
  it('is taken by start, after the environment, and never in the log', async () => {
    const slack = await practiceSlack();
    const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, ...env } = realEnvironment(slack);
    const cwd = folder();
    writeFileSync(
      join(cwd, '.env'),
      `SLACK_BOT_TOKEN=${SLACK_BOT_TOKEN}\nSLACK_APP_TOKEN="${SLACK_APP_TOKEN}"\nSTAUNCH_STATUS_PORT=1\nSTAUNCH_LOG_LEVEL=debug\n`,
    );
    const staunch = StartedProcess.staunch(['start'], { cwd, env });
    await staunch.until(/connected to Acme/);
    staunch.signal('SIGTERM');
    expect(await staunch.ended).toEqual({ code: 0, signal: null });
    expect(staunch.out).toContain('"level":"debug"');
    for (const line of staunch.out.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    for (const secret of [slack.botToken, slack.appToken, 'ticket=0', 'xoxb-', 'xapp-'])
      expect(staunch.out + staunch.err).not.toContain(secret);
  });

  it('names the state for the other commands, but gives them no token', async () => {
    const cwd = folder();
    const state = folder();
    writeFileSync(join(cwd, '.env'), `SLACK_BOT_TOKEN=${BOT}\nSTAUNCH_STATE_DIR=${state}\n`);
    const staunch = StartedProcess.staunch(['state', 'backup', 'copy.db'], { cwd });
    expect(await staunch.ended).toEqual({ code: 1, signal: null });
    expect(staunch.err).toContain(`There is no ${state}`);
  });
});
