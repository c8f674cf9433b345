import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { C, practisedStaunch, startedStaunch, temporaryFolder, textsOf, U } from './practised-staunch.ts';
import { rowsIn, staunchReachedBy, WAYS_IN } from './ways-in.ts';

/** Types a command and waits until it is answered; the answer is for one person. */
async function helped(slack: PracticeSlack): Promise<boolean> {
  const before = slack.ephemerals(U.ana, C.checkout).length;
  const { acked } = await slack.command(U.ana, C.checkout, '/diagnose-502 help');
  if (acked) await slack.until(() => slack.ephemerals(U.ana, C.checkout).length > before || undefined);
  return acked;
}

const ask = (slack: PracticeSlack) =>
  Promise.all(Array.from({ length: 20 }, () => slack.command(U.ana, C.checkout, '/diagnose-502 help')));

const answers = (slack: PracticeSlack) =>
  slack.ephemerals(U.ana, C.checkout).filter(message => textsOf(message).includes('What to type'));

describe('two sockets to Slack', () => {
  it('lose no command when one is cut, nor until it is open again', async () => {
    const { slack } = await practisedStaunch();
    await slack.until(() => slack.openSockets === 2 || undefined);
    slack.faults.cutSockets(1);
    await slack.until(() => slack.openSockets === 1 || undefined);
    let typed = 0;
    while (slack.openSockets < 2) {
      expect(await helped(slack)).toBe(true);
      typed += 1;
    }
    expect(typed).toBeGreaterThan(3);
    expect(slack.deliveries.every(({ carried }) => carried.acked)).toBe(true);
  });

  it('lose no command when Slack asks for one and then the other to be left, with commands on their way', async () => {
    await Promise.all(
      (['refresh_requested', 'warning'] as const).map(async reason => {
        const { slack } = await practisedStaunch();
        for (let round = 0; round < 2; round += 1) {
          await slack.until(() => slack.openSockets === 2 || undefined);
          const typed = ask(slack);
          slack.faults.disconnectSockets(reason, 1);
          const after = ask(slack);
          for (const { acked, problem } of [...(await typed), ...(await after)])
            expect({ acked, problem }).toEqual({ acked: true, problem: undefined });
        }
        await slack.until(() => answers(slack).length === 2 * 40 || undefined);
      }),
    );
  });
});

describe('a stop of the process', () => {
  it('does not lose what was acknowledged just before', async () => {
    await Promise.all(
      WAYS_IN.map(async way => {
        const { slack, staunch, stateFolder, log } = await staunchReachedBy(way);
        slack.faults.api('users.info', { kind: 'cut', effect: false });
        expect(await slack.command(U.ana, C.checkout, '/diagnose-502 checkout')).toMatchObject({
          acked: true,
        });
        await staunch.stop();
        expect(rowsIn(stateFolder, 'select state from run')).toEqual([{ state: 'done' }]);
        expect(textsOf(slack.messages(C.checkout)[0])).toContain('CONFIRMED');
        expect(log.filter(line => line.includes('"level":"error"'))).toEqual([]);
      }),
    );
  });
});

describe('a second process', () => {
  it('on the state of one that runs is refused with words, and changes nothing', async () => {
    const { slack, stateFolder } = await practisedStaunch();
    await expect(startedStaunch(slack, stateFolder)).rejects.toThrow(
      /state\.db is in use by process \d+ on .*only one Staunch may work with it/,
    );
    await slack.until(() => slack.openSockets === 2 || undefined);
    expect(await helped(slack)).toBe(true);
    const elsewhere = await startedStaunch(slack, temporaryFolder());
    expect(elsewhere.staunch.connectedAs.name).toBe('staunch');
  });
});
