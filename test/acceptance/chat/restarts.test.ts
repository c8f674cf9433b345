import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import type { PracticeMessage } from '../../../practice/slack/workspace.ts';
import { COMPANY, rooms } from './company.ts';
import { printedDice } from './dice.ts';
import { practiceSlack, rootsOf, stopAfterwards, temporaryFolder, textsOf, U } from './practised-staunch.ts';
import { type StaunchChild, type StaunchChildOptions, startStaunchChild } from './staunch-child.ts';
import { rowsIn } from './ways-in.ts';

const ROUNDS = 6;
const ROOMS = rooms(ROUNDS).map(({ id }) => id);
type Args = Readonly<Record<string, unknown>>;

/** Calls that Slack carries out without the process living to hear of it. */
const CARRIED_OUT: readonly (readonly [method: string, isIn: (channel: string, args: Args) => boolean])[] = [
  ['chat.postMessage', (channel, args) => args.channel === channel && !args.thread_ts],
  ['chat.postMessage', (channel, args) => args.channel === channel && Boolean(args.thread_ts)],
  [
    'chat.postMessage',
    (channel, args) => args.channel === channel && String(args.text).startsWith('Evidence'),
  ],
  ['chat.update', (channel, args) => args.channel === channel && /CONFIRMED|INCONCL/.test(String(args.text))],
  ['upload', () => true],
  ['files.completeUploadExternal', (channel, args) => args.channel_id === channel],
];
const ENDED = /CONFIRMED|LIKELY|INCONCLUSIVE|NO INCIDENT|diagnosis failed/;
const BEGUN_AGAIN = /restarted/;

const threadOf = (slack: PracticeSlack, channel: string): readonly PracticeMessage[] =>
  slack.messages(channel, { threadTs: rootsOf(slack, channel)[0]?.ts ?? 'none yet' });

function isOver(slack: PracticeSlack, channel: string): boolean {
  const [root, ...replies] = threadOf(slack, channel);
  const failed = textsOf(root).includes('diagnosis failed');
  return ENDED.test(textsOf(root)) && (failed || replies.some(reply => reply.files.length > 0));
}

/** One that is gone after the test. */
async function mortalStaunch(options: StaunchChildOptions): Promise<StaunchChild> {
  const child = startStaunchChild(options);
  stopAfterwards(() => child.kill());
  await child.ready;
  return child;
}

/** In each round a diagnosis is asked for in a room of its own, and the process killed when `due` says so. */
async function killedInEachRound(
  environment: Readonly<Record<string, string>>,
  prepare: (slack: PracticeSlack, channel: string, round: number) => () => boolean,
): Promise<{ readonly slack: PracticeSlack; readonly stateFolder: string }> {
  const slack = await practiceSlack({ seed: { ...COMPANY, channels: rooms(ROUNDS) } });
  const stateFolder = temporaryFolder();
  const start = () => mortalStaunch({ slack, stateFolder, environment });
  let staunch: StaunchChild = await start();
  for (const [round, channel] of ROOMS.entries()) {
    const due = prepare(slack, channel, round);
    expect(await slack.command(U.ana, channel, '/diagnose-502 catalog')).toMatchObject({ acked: true });
    await slack.until(() => due() || undefined, 20_000);
    await staunch.kill();
    slack.faults.clear();
    staunch = await start();
  }
  await slack.until(() => ROOMS.every(channel => isOver(slack, channel)) || undefined, 60_000);
  expect(await staunch.terminate()).toBe(0);
  return { slack, stateFolder };
}

function expectAllSaidOnce({ slack, stateFolder }: { slack: PracticeSlack; stateFolder: string }): void {
  expect(rowsIn(stateFolder, "select key from outbox where state = 'waiting'")).toEqual([]);
  expect(rowsIn(stateFolder, "select id from run where state = 'running'")).toEqual([]);
  for (const channel of ROOMS) {
    expect(rootsOf(slack, channel)).toHaveLength(1);
    const replies = threadOf(slack, channel).slice(1);
    const said = replies.map(reply => reply.text).filter(text => !BEGUN_AGAIN.test(text));
    expect(said).toEqual([...new Set(said)]);
    expect(replies.flatMap(reply => reply.files).length).toBeLessThan(2);
  }
}

describe('a process that is killed in the middle of a diagnosis', () => {
  it('ends it in its thread after the next start, whatever call to Slack it died at', async () => {
    const killed = await killedInEachRound({ STAUNCH_PRACTICE_PACE: '0' }, (slack, channel, round) => {
      const [method, isIn] = CARRIED_OUT[round]!;
      const hang = { kind: 'hang', effect: true } as const;
      slack.faults.api(method, hang, { where: args => isIn(channel, args) });
      const before = slack.calls.length;
      return () => slack.calls.slice(before).some(call => call.fault === hang);
    });
    expectAllSaidOnce(killed);
  }, 120_000);

  it('ends it in its thread after the next start, at whatever moment it died', async () => {
    const roll = printedDice('moments of the kills');
    const killed = await killedInEachRound({}, (slack, channel) => {
      const more = Math.floor(roll() * 9);
      // What was not stored yet can only be asked for again: its root message is the sign.
      return () => {
        const root = slack.calls.findIndex(
          ({ method, args }) => method === 'chat.postMessage' && args.channel === channel,
        );
        return root >= 0 && slack.calls.length > root + more;
      };
    });
    expectAllSaidOnce(killed);
  }, 120_000);

  it('a second one is refused with words while the first lives, and takes over when it was killed', async () => {
    const slack = await practiceSlack();
    const stateFolder = temporaryFolder();
    const first = await mortalStaunch({ slack, stateFolder });
    await expect(mortalStaunch({ slack, stateFolder })).rejects.toThrow(
      /in use by process \d+ on .*only one/,
    );
    await first.kill();
    const second = await mortalStaunch({ slack, stateFolder });
    expect(await second.terminate()).toBe(0);
  });
});
