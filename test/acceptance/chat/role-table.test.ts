import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { COMPANY } from './company.ts';
import { practisedStaunch, rootsOf, textsOf } from './practised-staunch.ts';
import { EVERY_CHANNEL, PERSONS, PLACES, tableOf, WORDS } from './role-words.ts';
import { rowsIn } from './ways-in.ts';

/** Who may have checkout diagnosed where: `yes`, or why not. */
const MAY_DIAGNOSE = tableOf(`
                bound     private   elsewhere  shared    notMember  direct    group     hidden
  viewer        role      role      role       outside   role       role      unsure    unsure
  requester     yes       yes       unbound    outside   invite     yes       unsure    unsure
  approver      yes       yes       unbound    outside   invite     yes       unsure    unsure
  admin         yes       yes       unbound    outside   invite     yes       unsure    unsure
  nobody        role      role      role       outside   role       role      unsure    unsure
  guest         guest     guest     guest      guest     guest      guest     guest     guest
  stranger      stranger  stranger  stranger   stranger  stranger   stranger  stranger  stranger
  otherCompany  company   company   company    company   company    company   company   company
  bot           bot       bot       bot        bot       bot        bot       bot       bot
  deactivated   gone      gone      gone       gone      gone       gone      gone      gone
`);

interface Way {
  readonly how: string;
  ask(slack: PracticeSlack, person: string, channel: string): Promise<{ readonly acked: boolean }>;
  /** Where Slack does not tell an app of it. */
  readonly untold: readonly string[];
  readonly inThread?: true;
}

const MENTION = '@staunch diagnose checkout';
const WAYS: readonly Way[] = [
  {
    how: 'by the command',
    ask: (slack, person, channel) => slack.command(person, channel, '/diagnose-502 checkout'),
    untold: [],
  },
  {
    how: 'by a mention',
    ask: (slack, person, channel) => slack.say(person, channel, MENTION),
    untold: ['notMember', 'hidden', 'direct'],
  },
  {
    how: 'by a mention in a thread',
    ask: async (slack, person, channel) => {
      const { ts } = await slack.say(person, channel, 'users see 502s');
      return slack.say(person, channel, MENTION, ts);
    },
    untold: ['notMember', 'hidden', 'direct'],
    inThread: true,
  },
  {
    how: 'by the shortcut of a message',
    ask: async (slack, person, channel) => {
      const { ts } = await slack.say(person, channel, 'alert: 502s on checkout');
      return slack.messageShortcut(person, 'diagnose-message', channel, ts!);
    },
    untold: [],
    inThread: true,
  },
];

/** What everybody sees of the app in a channel. */
const shown = (slack: PracticeSlack, channel: string) =>
  slack.messages(channel).filter(message => message.botId !== undefined);

async function expectTable({ how, ask, untold, inThread }: Way): Promise<void> {
  const { slack, staunch, stateFolder } = await practisedStaunch({ slack: { seed: COMPANY } });
  const cells = MAY_DIAGNOSE.filter(({ column }) => !untold.includes(column)).map(({ row, column, word }) => {
    const person = PERSONS[row]!;
    return { row, column, word, person, channel: PLACES[column]!(person) };
  });
  const refused = cells.filter(({ word }) => word !== 'yes');
  expect(refused.length).toBeGreaterThan(40);
  await Promise.all(
    refused.map(async ({ person, channel, row, column, word }) => {
      expect(await ask(slack, person, channel), `${how} ${row} ${column}`).toMatchObject({ acked: true });
      const told = await slack.until(() => slack.ephemerals(person, channel)[0], 20_000);
      expect(textsOf(told), `${how} ${row} ${column}`).toMatch(WORDS[word]!);
    }),
  );
  for (const { person, channel } of refused) expect(slack.ephemerals(person, channel)).toHaveLength(1);
  for (const channel of EVERY_CHANNEL) expect(shown(slack, channel), `${how} ${channel}`).toEqual([]);

  const allowed = cells.filter(({ word }) => word === 'yes');
  await Promise.all(allowed.map(({ person, channel }) => ask(slack, person, channel)));
  // One trouble has one thread: whoever asks at the top of a channel besides the first is told where it goes on.
  const all = (channel: string) => allowed.filter(cell => cell.channel === channel).length;
  const asked = (channel: string) => (inThread ? all(channel) : Math.min(1, all(channel)));
  await slack.until(
    () =>
      EVERY_CHANNEL.every(channel => {
        const roots = shown(slack, channel).filter(({ text }) => text.includes('checkout'));
        return inThread
          ? new Set(roots.map(({ threadTs }) => threadTs)).size >= asked(channel)
          : rootsOf(slack, channel).length >= asked(channel);
      }) || undefined,
    20_000,
  );
  const isTold = ({ person, channel }: (typeof allowed)[number]) =>
    slack.ephemerals(person, channel).some(message => /open in this channel already/.test(textsOf(message)));
  const opener = (channel: string) =>
    rowsIn(stateFolder, 'select opened_by, channel from incident').find(row => row.channel === channel)
      ?.opened_by;
  if (!inThread)
    await slack.until(
      () => allowed.every(cell => opener(cell.channel) === cell.person || isTold(cell)) || undefined,
      20_000,
    );
  await staunch.stop();
  const opened = rowsIn(stateFolder, 'select opened_by, channel, thread_ts from incident');
  const named = (rows: readonly { by: unknown; channel: unknown }[]) =>
    rows.map(({ by, channel }) => (inThread ? `${by} ${channel}` : `${channel}`)).toSorted();
  const wanted = named(allowed.map(({ person, channel }) => ({ by: person, channel })));
  const found = named(opened.map(({ opened_by: by, channel }) => ({ by, channel })));
  expect(found).toEqual(inThread ? wanted : [...new Set(wanted)]);
  for (const row of opened) expect(row.thread_ts === null).toBe(!inThread);
}

describe('a diagnosis, by whatever way it is asked for', () => {
  it('is made for whom the table says, and refused with words for their eyes only', async () => {
    await Promise.all(WAYS.map(expectTable));
  }, 60_000);
});
