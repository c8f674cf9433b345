import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startApp, stopAfterwards } from '../practice/slack/practised-app.ts';
import { examined, manifest, staunchSlack, withScopes } from './examined.ts';

describe('staunch doctor --slack', () => {
  it('finds nothing wrong where nothing is, posts nothing and leaves no connection', async () => {
    const slack = await staunchSlack();
    const { exit, wrong, notes, out } = await examined(slack, {}, { workspace: 'T0ACME' });
    expect({ exit, wrong, notes }).toEqual({ exit: 0, wrong: [], notes: [] });
    expect(out).toContain('ok     workspace Acme (T0ACME), in which the app is called @staunch\n');
    expect(out).toContain('ok     scopes: all 9 of manifest.yml are granted\n');
    expect(out).toContain('ok     Socket Mode: a connection was opened and closed again\n');
    expect(out).toContain('ok     S0ONCALL (slack.roles.requester): @oncall, 1 person\n');
    expect(out).toMatch(/ok {5}messages: all \d\d messages and views pass blocks\.validate\n/);
    await slack.until(() => slack.openSockets === 0 || undefined);
    const asked = new Set(slack.calls.map(({ method }) => method));
    expect([...asked].sort()).toEqual([
      'apps.connections.open',
      'auth.test',
      'blocks.validate',
      'conversations.info',
      'usergroups.list',
      'users.info',
    ]);
  });

  it('never prints a token', async () => {
    const slack = await staunchSlack();
    const { out, said } = await examined(slack);
    for (const token of [slack.botToken, slack.appToken]) expect(out + said).not.toContain(token.slice(15));
  });

  it.each([
    ['files:write', 'scope files:write is not granted: the chart is not posted; the verdict is.'],
    ['app_mentions:read', 'scope app_mentions:read is not granted: @staunch is not answered'],
  ])('says what stops working without %s', async (scope, said) => {
    const events = { ...manifest().settings, event_subscriptions: { bot_events: ['app_home_opened'] } };
    const slack = await staunchSlack({
      manifest: { ...withScopes(scopes => scopes.filter(each => each !== scope)), settings: events },
    });
    const { exit, wrong } = await examined(slack);
    expect(exit).toBe(3);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toContain(said);
    expect(wrong[0]).toContain('reinstall the app');
  });

  it('names each thing that a missing scope keeps it from looking up', async () => {
    const slack = await staunchSlack({
      manifest: withScopes(scopes => scopes.filter(each => each !== 'usergroups:read')),
    });
    const { wrong, notes } = await examined(slack);
    expect(wrong).toHaveLength(1);
    expect(notes).toContain('S0ONCALL (slack.roles.requester): could not be looked up (missing_scope)');
  });

  it('names scopes that nobody needs, which is no mistake', async () => {
    const slack = await staunchSlack({ manifest: withScopes(scopes => [...scopes, 'channels:history']) });
    const { exit, notes } = await examined(slack);
    expect(exit).toBe(0);
    expect(notes).toEqual([expect.stringMatching(/^scopes that Staunch does not use: channels:history\./)]);
  });

  it('tells the tokens apart when they were swapped', async () => {
    const slack = await staunchSlack();
    const { exit, wrong, out } = await examined(slack, {
      environment: { SLACK_BOT_TOKEN: slack.appToken, SLACK_APP_TOKEN: slack.botToken },
    });
    expect(exit).toBe(2);
    expect(out).toContain('SLACK_BOT_TOKEN: an app-level token (xapp-)\n');
    expect(wrong).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN is not of the right kind/),
      expect.stringMatching(/^SLACK_APP_TOKEN is not of the right kind/),
    ]);
    expect(slack.calls).toEqual([]);
  });

  it('says that a bot token is not accepted, and checks the rest that needs none', async () => {
    const slack = await staunchSlack();
    const { exit, wrong, out } = await examined(slack, { environment: { SLACK_BOT_TOKEN: 'xoxb-gone' } });
    expect(exit).toBe(4);
    expect(wrong).toEqual([expect.stringMatching(/does not accept SLACK_BOT_TOKEN: .*\(invalid_auth\)$/)]);
    expect(out).toContain('ok     Socket Mode');
  });

  it('says that an app-level token is not accepted', async () => {
    const slack = await staunchSlack();
    const { exit, wrong } = await examined(slack, { environment: { SLACK_APP_TOKEN: 'xapp-gone' } });
    expect(exit).toBe(4);
    expect(wrong).toEqual([expect.stringMatching(/does not accept SLACK_APP_TOKEN: .*\(invalid_auth\)$/)]);
  });

  it('says that sockets are refused', async () => {
    const slack = await staunchSlack();
    slack.faults.refuseSockets();
    const { exit, wrong } = await examined(slack);
    expect(exit).toBe(4);
    expect(wrong).toEqual([expect.stringMatching(/^Socket Mode: no connection; a firewall or proxy/)]);
  });

  it('says that Socket Mode is off', async () => {
    const slack = await staunchSlack();
    slack.faults.api('apps.connections.open', { kind: 'error', error: 'forbidden_team' });
    const { wrong } = await examined(slack);
    expect(wrong).toEqual([expect.stringContaining('Socket Mode is off for this app')]);
  });

  it('says that Staunch is running by the connections that are open', async () => {
    const slack = await staunchSlack();
    await startApp(slack, () => {}, 2);
    const { exit, out } = await examined(slack);
    expect(exit).toBe(0);
    expect(out).toContain('opened and closed again; 2 more are open, so Staunch is running\n');
    await slack.until(() => slack.openSockets === 2 || undefined);
  });

  it('notices that the two tokens are of two apps', async () => {
    const slack = await staunchSlack();
    Object.assign(slack.workspace, { appId: 'A0OTHER' });
    const { exit, wrong } = await examined(slack);
    expect(exit).toBe(2);
    expect(wrong).toEqual([
      expect.stringMatching(/SLACK_APP_TOKEN is of the app A0PRACTICE and .* of A0OTHER/),
    ]);
  });

  it('looks whether Slack can come to it over HTTP, and opens no socket then', async () => {
    const other = createServer(socket => socket.destroy());
    const port = await new Promise<number>(resolve =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port)),
    );
    stopAfterwards(async () => void other.close());
    // A workspace each: Slack lets an app validate so many messages a minute.
    const overHttp = async () => {
      const slack = await staunchSlack({ http: { url: 'http://127.0.0.1:9/slack/events' } });
      const environment = {
        STAUNCH_SLACK_MODE: 'http',
        SLACK_SIGNING_SECRET: slack.signingSecret,
        STAUNCH_HTTP_PORT: String(port),
      };
      const seen = await examined(slack, { environment });
      expect(slack.calls.some(({ method }) => method === 'apps.connections.open')).toBe(false);
      expect(seen.out + seen.said).not.toContain(slack.signingSecret);
      return seen;
    };
    const taken = await overHttp();
    expect(taken.exit).toBe(1);
    expect(taken.wrong).toEqual([
      expect.stringMatching(/^HTTP: http:.*\/slack\/events cannot be listened on: .*already/),
    ]);
    await new Promise(resolve => other.close(resolve));
    const { exit, out } = await overHttp();
    expect(exit).toBe(0);
    expect(out).toContain(`HTTP: http://127.0.0.1:${port}/slack/events is free for Staunch to listen on\n`);
  });

  it.each([
    [60_000, 0, [], [/^clock: (59|60)\.\d s ahead of Slack's .*timedatectl/]],
    [-300_000, 3, [/^clock: (299|300|301)\.\d s behind Slack's/], []],
  ])('compares the clock: %d ms off', async (offMs, code, wrongs, notables) => {
    const slack = await staunchSlack();
    const { exit, wrong, notes } = await examined(slack, { clock: { nowMs: () => Date.now() + offMs } });
    expect(exit).toBe(code);
    expect(wrong).toEqual(wrongs.map(each => expect.stringMatching(each)));
    expect(notes).toEqual(notables.map(each => expect.stringMatching(each)));
  });
});
