import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { doctorSlack } from '../handlers/terminal/doctor-slack.ts';
import type { PracticeSlack } from '../practice/slack/practice-slack.ts';
import { PRACTICE_SEED } from '../practice/slack/seed.ts';
import type { WorkspaceSeed } from '../practice/slack/workspace.ts';
import { type SlackDoctorWorld, slackDoctorContext } from '../src/slack-doctor.ts';
import { startSlack } from './practice/slack/practised-app.ts';

const fileOf = (path: string) => new URL(`../${path}`, import.meta.url);
const manifest = () => parse(readFileSync(fileOf('manifest.yml'), 'utf8'));
const FLEET = fileOf('practice/fleet/staunch.yml').pathname;

const staunchSlack = (change: Partial<Parameters<typeof startSlack>[0] & object> = {}) =>
  startSlack({ manifest: manifest(), ...change });

/** A manifest with other scopes. */
function withScopes(change: (scopes: string[]) => string[]) {
  const changed = manifest();
  changed.oauth_config.scopes.bot = change(changed.oauth_config.scopes.bot);
  return changed;
}

const seedWith = (change: Partial<WorkspaceSeed>): WorkspaceSeed => ({ ...PRACTICE_SEED, ...change });

interface Examined {
  readonly exit: number;
  /** Lines of what is wrong, and of what is worth a note, without the ones about variables. */
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
  readonly out: string;
  readonly said: string;
}

async function examined(
  slack: PracticeSlack,
  world: Partial<SlackDoctorWorld> = {},
  options: { workspace?: string } = {},
): Promise<Examined> {
  let out = '';
  let said = '';
  const context = await slackDoctorContext({
    cancel: new AbortController().signal,
    write: text => {
      out += text;
    },
    writeError: text => {
      said += text;
    },
    ...world,
    environment: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      STAUNCH_CONFIG: FLEET,
      ...world.environment,
    },
  });
  const exit = await doctorSlack(options, context);
  const lines = out.split('\n');
  const of = (mark: string) => lines.filter(line => line.startsWith(mark)).map(line => line.slice(7));
  const notes = of('note').filter(line => !/^SLACK_API_URL: /.test(line));
  return { exit, wrong: of('WRONG'), notes, out, said };
}

describe('staunch doctor --slack', () => {
  it('finds nothing wrong where nothing is, posts nothing and leaves no connection', async () => {
    const slack = await staunchSlack();
    const { exit, wrong, notes, out } = await examined(slack, {}, { workspace: 'T0ACME' });
    expect({ exit, wrong, notes }).toEqual({ exit: 0, wrong: [], notes: [] });
    expect(out).toContain('ok     workspace Acme (T0ACME), in which the app is called @staunch\n');
    expect(out).toContain('ok     scopes: all 8 of manifest.yml are granted\n');
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
    const context = await slackDoctorContext({
      environment: {
        SLACK_API_URL: slack.apiUrl,
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
      },
      cancel: new AbortController().signal,
      write: () => {},
      writeError: () => {},
    });
    const { createServer } = await import('node:net');
    // A socket that somebody else holds open.
    const opened = (await (
      await fetch(`${slack.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${slack.appToken}` },
      })
    ).json()) as { url: string };
    const other = new WebSocket(opened.url);
    await slack.until(() => slack.openSockets === 1 || undefined);
    expect(await context.probe?.connection()).toMatchObject({ ok: true, value: { connections: 2 } });
    other.close();
    await slack.until(() => slack.openSockets === 0 || undefined);
    expect(createServer).toBeDefined();
  });

  it.each([
    [60_000, 0, [], [/^clock: 60\.\d s ahead of Slack's .*timedatectl/]],
    [-300_000, 3, [/^clock: (300|299)\.\d s behind Slack's/], []],
  ])('compares the clock: %d ms off', async (offMs, code, wrongs, notables) => {
    const slack = await staunchSlack();
    const { exit, wrong, notes } = await examined(slack, { clock: { nowMs: () => Date.now() + offMs } });
    expect(exit).toBe(code);
    expect(wrong).toEqual(wrongs.map(each => expect.stringMatching(each)));
    expect(notes).toEqual(notables.map(each => expect.stringMatching(each)));
  });

  it('looks up every ID: groups that are gone or empty, people who may not, channels without Staunch', async () => {
    const slack = await staunchSlack({
      seed: seedWith({
        userGroups: PRACTICE_SEED.userGroups
          .filter(({ id }) => id !== 'S0LEADS')
          .map(group => (group.id === 'S0ONCALL' ? { ...group, users: [] } : group)),
        users: PRACTICE_SEED.users.map(user =>
          user.id === 'U0CHLOE'
            ? { ...user, kind: 'deactivated' as const }
            : user.id === 'U0ANA'
              ? { ...user, kind: 'guest' as const }
              : user,
        ),
        channels: PRACTICE_SEED.channels.flatMap(channel => {
          if (channel.id === 'C0BILLING') return [];
          if (channel.id === 'C0SEARCH') return [{ ...channel, botIsMember: false }];
          if (channel.id === 'C0CHECKOUT') return [{ ...channel, kind: 'shared-channel' as const }];
          return [channel];
        }),
      }),
    });
    const { exit, wrong } = await examined(slack);
    expect(exit).toBe(3);
    expect(wrong).toEqual([
      'S0ONCALL (slack.roles.requester): @oncall is empty, so nobody has the role through it',
      expect.stringMatching(/^S0LEADS \(slack\.roles\.approver\): no user group has this ID/),
      'U0CHLOE (slack.roles.admin): Chloé Martin is deactivated. Take the ID out',
      'U0ANA (teams.payments.roles.approver): Ana Lima is a guest, and guests are refused. Take the ID out',
      expect.stringMatching(
        /^C0CHECKOUT .* #inc-checkout is shared with another company, so Staunch refuses/,
      ),
      expect.stringMatching(
        /^C0SEARCH .* #inc-search: Staunch is not in it\. Type there: \/invite @staunch$/,
      ),
      expect.stringMatching(/^C0BILLING .* no such channel, or it is private/),
    ]);
  });

  it('suspects the tokens of another workspace when it knows no ID at all', async () => {
    const slack = await staunchSlack({ seed: seedWith({ users: [], userGroups: [], channels: [] }) });
    const { wrong } = await examined(slack, {}, { workspace: 'T0OTHER' });
    expect(wrong[0]).toContain('expected was T0OTHER');
    expect(wrong.at(-1)).toMatch(/^none of these 10 IDs is known in Acme/);
  });

  it('says that messages could not be checked where Slack does not know blocks.validate', async () => {
    const slack = await staunchSlack();
    slack.faults.api('blocks.validate', { kind: 'error', error: 'unknown_method' }, { times: 100 });
    const { exit, notes } = await examined(slack);
    expect(exit).toBe(0);
    expect(notes).toEqual([expect.stringMatching(/blocks\.validate did not check them \(unknown_method\)/)]);
    expect(slack.calls.filter(({ method }) => method === 'blocks.validate')).toHaveLength(1);
  });

  it('waits as long as a rate limit says, and tells so', async () => {
    const slack = await staunchSlack();
    slack.faults.api('blocks.validate', { kind: 'rate-limit', retryAfterSeconds: 30 }, { times: 2 });
    const waited: number[] = [];
    const timer = {
      after(delayMs: number, call: () => void) {
        // The time limit of a call is no wait of ours.
        if (delayMs !== 30_000) return () => {};
        waited.push(delayMs);
        setImmediate(call);
        return () => {};
      },
    };
    const { exit, said } = await examined(slack, { timer });
    expect({ exit, waited }).toEqual({ exit: 0, waited: [30_000, 30_000] });
    expect(said).toBe('Slack asks to wait 30 s …\nSlack asks to wait 30 s …\n');
  });

  it('stops when it is asked to', async () => {
    const slack = await staunchSlack();
    const stopping = new AbortController();
    stopping.abort();
    expect((await examined(slack, { cancel: stopping.signal })).exit).toBe(130);
    expect(slack.calls.map(({ method }) => method)).toEqual(['auth.test']);
  });
});
