import { describe, expect, it } from 'vitest';
import type { ApiFault } from '../../../practice/slack/faults.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { C, practisedStaunch, U } from './practised-staunch.ts';

const TROUBLES: readonly ApiFault[] = [
  { kind: 'hang', effect: false },
  { kind: 'status', status: 503 },
  { kind: 'cut', effect: false },
  { kind: 'error', error: 'internal_error' },
];

const socketsOf = (slack: PracticeSlack, count: number, withinMs = 10_000) =>
  slack.until(() => slack.openSockets === count || undefined, withinMs);
const help = (slack: PracticeSlack) => slack.command(U.ana, C.checkout, '/diagnose-502 help');

describe('both sockets lost, and Slack opens none at first', () => {
  it('they are opened again, whatever Slack answers meanwhile', async () => {
    await Promise.all(
      TROUBLES.map(async trouble => {
        const { slack } = await practisedStaunch();
        await socketsOf(slack, 2);
        slack.faults.api('apps.connections.open', trouble, { times: 2 });
        slack.faults.cutSockets();
        await socketsOf(slack, 0);
        expect(await help(slack)).toMatchObject({ acked: false });
        await socketsOf(slack, 2, 25_000);
        expect(await help(slack)).toMatchObject({ acked: true });
      }),
    );
  });

  it('they stay closed after a stop in the middle of that', async () => {
    const { slack, staunch } = await practisedStaunch();
    await socketsOf(slack, 2);
    const attempts = () => slack.calls.filter(call => call.method === 'apps.connections.open').length;
    slack.faults.refuseSockets();
    slack.faults.cutSockets();
    await slack.until(() => attempts() > 3 || undefined);
    await staunch.stop();
    slack.faults.clear();
    const until = attempts();
    await expect(slack.until(() => attempts() > until || undefined, 3_000)).rejects.toThrow('Did not happen');
    expect(slack.openSockets).toBe(0);
  });
});
