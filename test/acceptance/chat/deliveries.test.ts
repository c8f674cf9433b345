import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { COMPANY, directMessageWith, rooms } from './company.ts';
import { buttonsOf, C, rootsOf, textsOf, U, verdictIn } from './practised-staunch.ts';
import { rowsIn, staunchReachedBy, WAYS_IN } from './ways-in.ts';

const SEED = { ...COMPANY, channels: [...COMPANY.channels, ...rooms(8)] };
/** An event that was not acknowledged comes again at once, twice. */
const PACE = { retryAfterMs: [0, 20, 40] };
const slackOptions = { seed: SEED, pace: PACE };
const room = (number: number) => `C0ROOM${number}`;
const ALL_ROOMS = [1, 2, 3, 4, 5, 6, 7, 8];
const ONCE_IN_EACH = Object.fromEntries(ALL_ROOMS.map(number => [room(number), 1]));

/** How many runs were stored in each channel. */
function runsIn(stateFolder: string): Record<string, number> {
  const rows = rowsIn(
    stateFolder,
    'select channel, count(*) runs from run join incident on incident.id = incident_id group by channel',
  );
  return Object.fromEntries(rows.map(({ channel, runs }) => [channel, runs as number]));
}

const attemptsAt = (slack: PracticeSlack, type: string) =>
  slack.deliveries.filter(each => each.type === type).length;

describe.each(WAYS_IN)('over %s', way => {
  it('a command that comes twice, late or after a later one is diagnosed once', async () => {
    const { slack, staunch, stateFolder } = await staunchReachedBy(way, { slack: slackOptions });
    const { faults } = slack;
    const ask = (number: number) => slack.command(U.ana, room(number), '/diagnose-502 accounts');
    faults.deliveries('slash_commands', { kind: 'duplicate' }, { times: 3 });
    await Promise.all([1, 2, 3].map(ask));
    faults.deliveries('slash_commands', { kind: 'reorder', count: 3 });
    await Promise.all([4, 5, 6].map(ask));
    faults.deliveries('slash_commands', { kind: 'delay', delayMs: 300 });
    await Promise.all([7, 8].map(ask));
    await slack.until(() => attemptsAt(slack, 'slash_commands') === 11 || undefined);
    await Promise.all(ALL_ROOMS.map(number => verdictIn(slack, room(number))));
    await staunch.stop();
    expect(runsIn(stateFolder)).toEqual(ONCE_IN_EACH);
    for (const number of ALL_ROOMS) expect(rootsOf(slack, room(number))).toHaveLength(1);
  });

  it('a mention that comes again, twice, late or after a later one is diagnosed once', async () => {
    const { slack, staunch, stateFolder } = await staunchReachedBy(way, { slack: slackOptions });
    const { faults } = slack;
    const ask = (number: number) => slack.say(U.ana, room(number), '@staunch diagnose accounts');
    // Slack does not hear the first two acknowledgements of each, and tries a third time.
    for (const number of [1, 2])
      faults.deliveries(
        'events_api',
        { kind: 'drop-ack' },
        { times: 2, where: ({ event }) => (event as { channel?: string }).channel === room(number) },
      );
    await Promise.all([1, 2].map(ask));
    await slack.until(() => attemptsAt(slack, 'events_api') === 6 || undefined);
    faults.deliveries('events_api', { kind: 'duplicate' }, { times: 2 });
    await Promise.all([3, 4].map(ask));
    faults.deliveries('events_api', { kind: 'reorder', count: 2 });
    await Promise.all([5, 6].map(ask));
    faults.deliveries('events_api', { kind: 'delay', delayMs: 300 });
    await Promise.all([7, 8].map(ask));
    await Promise.all(ALL_ROOMS.map(number => verdictIn(slack, room(number))));
    await staunch.stop();
    expect(runsIn(stateFolder)).toEqual(ONCE_IN_EACH);
    for (const number of ALL_ROOMS) expect(rootsOf(slack, room(number))).toHaveLength(1);
  });

  it('presses, submissions and shortcuts that come twice act once', async () => {
    const { slack, staunch, stateFolder, log } = await staunchReachedBy(way, { slack: slackOptions });
    await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
    const root = await verdictIn(slack, C.checkout);
    const message = { channel: C.checkout, ts: root.ts };
    const press = (actionId: string) =>
      slack.press(U.ana, { message }, buttonsOf(root).find(button => button.actionId === actionId)!);
    slack.faults.deliveries('interactive', { kind: 'duplicate' }, { times: Number.POSITIVE_INFINITY });

    await press('open-evidence');
    await slack.until(() => textsOf(slack.modal(U.ana)?.view).includes('Killed process') || undefined);

    await press('wrong-verdict');
    const asking = await slack.until(() => {
      const view = slack.modal(U.ana);
      return view?.view.callback_id === 'wrong-verdict-note' ? view : undefined;
    });
    await slack.submit(U.ana, asking.id, {
      words: { words: { type: 'plain_text_input', value: 'It was the disk.' } },
    });

    await slack.globalShortcut(U.ana, 'start-diagnosis');
    const picker = await slack.until(() => {
      const view = slack.modal(U.ana);
      return view?.view.callback_id === 'pick-diagnosis' ? view : undefined;
    });
    const accounts = { text: { type: 'plain_text', text: 'accounts' }, value: 'accounts' };
    await slack.submit(U.ana, picker.id, {
      service: { service: { type: 'static_select', selected_option: accounts } },
    });

    const alert = await slack.say(U.ben, C.search, '502s on the dashboard');
    await slack.messageShortcut(U.ana, 'diagnose-message', C.search, alert.ts!);

    await press('re-run');
    await slack.until(() => textsOf(rootsOf(slack, C.checkout)[0]).includes('run 2') || undefined);
    await staunch.stop();
    expect(runsIn(stateFolder)).toEqual({ [C.checkout]: 2, [C.search]: 1, [U.ana]: 1 });
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    expect(rowsIn(stateFolder, 'select person, note from feedback')).toEqual([
      { person: U.ana, note: 'It was the disk.' },
    ]);
    // Whoever pressed once is not told that something failed, or that it is running already.
    const told = slack.ephemerals(U.ana, C.checkout).map(textsOf);
    expect(told).toEqual([expect.stringContaining('Thank you')]);
    const direct = slack.messages(directMessageWith(U.ana)).filter(each => each.threadTs === undefined);
    expect(direct.map(textsOf)).toEqual([expect.stringContaining('accounts')]);
    expect(log.filter(line => line.includes('"level":"error"'))).toEqual([]);
  });
});
