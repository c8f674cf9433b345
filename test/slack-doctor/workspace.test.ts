import { describe, expect, it } from 'vitest';
import { PRACTICE_SEED } from '../../practice/slack/seed.ts';
import { examined, seedWith, staunchSlack } from './examined.ts';

describe('staunch doctor --slack, of the workspace', () => {
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
