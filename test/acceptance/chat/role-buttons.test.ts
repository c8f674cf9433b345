import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ApiFault } from '../../../practice/slack/faults.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { COMPANY, directMessageWith, ownConfig } from './company.ts';
import {
  buttonsOf,
  C,
  type Practised,
  practisedStaunch,
  rootsOf,
  startedStaunch,
  textsOf,
  U,
  verdictIn,
} from './practised-staunch.ts';
import { PERSONS, tableOf, WORDS } from './role-words.ts';
import { rowsIn } from './ways-in.ts';

/** Who may do what with a verdict and with the app itself: `yes`, or why not. */
const MAY = tableOf(`
                show-evidence  open-evidence  wrong-verdict  re-run    start-diagnosis  home
  viewer        yes            yes            yes            role      role             reads
  requester     yes            yes            yes            yes       yes              asks
  approver      yes            yes            yes            yes       yes              asks
  admin         yes            yes            yes            yes       yes              keeps
  nobody        role           role           role           role      role             role
  guest         guest          guest          guest          guest     guest            guest
  stranger      stranger       stranger       stranger       stranger  stranger         stranger
  otherCompany  company        company        company        company   company          company
  bot           bot            bot            bot            bot       bot              bot
  deactivated   gone           gone           gone           gone      gone             gone
`).map(cell => ({ ...cell, person: PERSONS[cell.row]! }));

const cellsOf = (column: string) => MAY.filter(cell => cell.column === column);

async function withVerdict(
  options: Parameters<typeof practisedStaunch>[0] = {},
  service = 'checkout',
): Promise<Practised> {
  const practised = await practisedStaunch({ ...options, slack: { seed: COMPANY } });
  await practised.slack.command(U.ana, C.checkout, `/diagnose-502 ${service}`);
  await verdictIn(practised.slack, C.checkout);
  return practised;
}

function press(slack: PracticeSlack, person: string, actionId: string) {
  const root = rootsOf(slack, C.checkout)[0]!;
  const button = buttonsOf(root).find(each => each.actionId === actionId)!;
  return slack.press(person, { message: { channel: C.checkout, ts: root.ts } }, button);
}

/** What only this person was told in the channel since `before` messages. */
const toldIn = (slack: PracticeSlack, person: string, before: number) =>
  slack.until(() => slack.ephemerals(person, C.checkout)[before], 15_000).then(textsOf);

const modalOf = (slack: PracticeSlack, person: string, callbackId: string) =>
  slack.until(() => {
    const view = slack.modal(person);
    return view?.view.callback_id === callbackId ? view : undefined;
  });

const published = (slack: PracticeSlack) =>
  slack.messages(C.checkout).filter(message => message.botId !== undefined).length;

describe('the buttons of a verdict', () => {
  it.each([
    ['show-evidence', ''],
    ['open-evidence', ''],
    ['wrong-verdict', 'wrong-verdict-note'],
  ])('%s opens for whom the table says', async (actionId, callbackId) => {
    const { slack } = await withVerdict();
    await slack.until(() => slack.messages(C.checkout).some(({ files }) => files.length > 0) || undefined);
    const before = published(slack);
    for (const { person, word, row } of cellsOf(actionId)) {
      expect(await press(slack, person, actionId), row).toMatchObject({ acked: true });
      if (word !== 'yes') expect(await toldIn(slack, person, 0), row).toMatch(WORDS[word]!);
      else expect((await slack.until(() => slack.modal(person))).view.callback_id ?? '').toBe(callbackId);
    }
    for (const { person, word } of cellsOf(actionId)) {
      expect(slack.modal(person) === undefined).toBe(word !== 'yes');
      expect(slack.ephemerals(person, C.checkout)).toHaveLength(word === 'yes' ? 0 : 1);
    }
    expect(published(slack)).toBe(before);
  });

  it('re-run runs for whom the table says', async () => {
    const { slack, staunch, stateFolder } = await withVerdict({}, 'accounts');
    for (const { person, word, row } of cellsOf('re-run').toSorted(
      (a, b) => Number(a.word === 'yes') - Number(b.word === 'yes'),
    )) {
      const runs = rowsIn(stateFolder, 'select id from run').length;
      expect(await press(slack, person, 're-run'), row).toMatchObject({ acked: true });
      if (word !== 'yes') expect(await toldIn(slack, person, 0), row).toMatch(WORDS[word]!);
      else {
        await slack.until(
          () => textsOf(rootsOf(slack, C.checkout)[0]).includes(`run ${runs + 1}`) || undefined,
        );
        await verdictIn(slack, C.checkout);
      }
    }
    await staunch.stop();
    const asked = rowsIn(stateFolder, 'select asked_by from run order by number').map(row => row.asked_by);
    expect(asked).toEqual([U.ana, U.ana, U.ben, U.chloe]);
  });

  it('open nothing any more where the channel was shared, or the service taken elsewhere', async () => {
    const configFile = ownConfig();
    const { slack, staunch, stateFolder } = await withVerdict({ settings: { configFile } });
    const ask = async (actionId: string, words: RegExp) => {
      const before = slack.ephemerals(U.ana, C.checkout).length;
      await press(slack, U.ana, actionId);
      expect(await toldIn(slack, U.ana, before)).toMatch(words);
      expect(slack.modal(U.ana)).toBeUndefined();
    };
    const config = await readFile(configFile, 'utf8');
    writeFileSync(configFile, config.replace('[C0CHECKOUT, C0INCIDENTS, C0WARROOM]', '[C0INCIDENTS]'));
    for (const actionId of ['show-evidence', 're-run']) await ask(actionId, WORDS.unbound!);
    writeFileSync(configFile, config);
    await staunch.stop();
    slack.faults.clear();
    (slack.workspace.channels.get(C.checkout) as { kind: string }).kind = 'shared-channel';
    await startedStaunch(slack, stateFolder, { settings: { configFile } });
    for (const actionId of ['open-evidence', 'wrong-verdict', 're-run']) await ask(actionId, WORDS.outside!);
    expect(rowsIn(stateFolder, 'select id from run')).toHaveLength(1);
  });
});

describe('the App Home', () => {
  it('shows each person what the table says, and who may not ask finds no button', async () => {
    const { slack } = await practisedStaunch({ slack: { seed: COMPANY } });
    for (const { person, word, row } of cellsOf('home')) {
      await slack.openHome(person);
      const { view } = await slack.until(() => slack.home(person));
      const asks = buttonsOf(view).some(({ actionId }) => actionId === 'start-diagnosis');
      expect(asks, row).toBe(['asks', 'keeps'].includes(word));
      expect(textsOf(view).includes('Setting up'), row).toBe(word === 'keeps');
      expect(textsOf(view).includes('checkout'), row).toBe(
        ['reads', 'asks', 'keeps'].includes(word) || textsOf(view).includes('not diagnosed yet'),
      );
      if (WORDS[word]) expect(textsOf(view), row).toMatch(WORDS[word]);
    }
  });
});

describe('the picker', () => {
  it.each(['from the shortcuts menu', 'from the App Home'])(
    'opens %s for whom the table says',
    async from => {
      const { slack, staunch, stateFolder } = await practisedStaunch({ slack: { seed: COMPANY } });
      const cells = cellsOf('start-diagnosis');
      for (const { person, word, row } of cells) {
        if (from === 'from the shortcuts menu') await slack.globalShortcut(person, 'start-diagnosis');
        else {
          await slack.openHome(person);
          const home = await slack.until(() => slack.home(person));
          const button = buttonsOf(home.view).find(({ actionId }) => actionId === 'start-diagnosis');
          if (word !== 'yes') {
            expect(button, row).toBeUndefined();
            continue;
          }
          await slack.press(person, { view: home.id }, button!);
        }
        if (word === 'yes') await modalOf(slack, person, 'pick-diagnosis');
        else {
          const told = await slack.until(() => slack.messages(directMessageWith(person))[0]);
          expect(textsOf(told), row).toMatch(WORDS[word]!);
          expect(slack.modal(person), row).toBeUndefined();
        }
      }
      const service = { text: { type: 'plain_text', text: 'checkout' }, value: 'checkout' };
      const values = { service: { service: { type: 'static_select', selected_option: service } } };
      for (const { person } of cells.filter(({ word }) => word === 'yes'))
        expect(await slack.submit(person, slack.modal(person)!.id, values)).toMatchObject({ acked: true });
      for (const { person } of cells.filter(({ word }) => word === 'yes'))
        await slack.until(() => rootsOf(slack, directMessageWith(person))[0]);
      await staunch.stop();
      const by = rowsIn(stateFolder, 'select opened_by from incident').map(row => row.opened_by);
      expect(by.toSorted()).toEqual([U.ana, U.ben, U.chloe].toSorted());
    },
  );

  it('is of no use to whoever lost the role before sending it off', async () => {
    const configFile = ownConfig();
    const { slack, staunch, stateFolder } = await practisedStaunch({
      slack: { seed: COMPANY },
      settings: { configFile },
    });
    await slack.globalShortcut(U.ana, 'start-diagnosis');
    const { id } = await modalOf(slack, U.ana, 'pick-diagnosis');
    writeFileSync(
      configFile,
      (await readFile(configFile, 'utf8'))
        .replace('requester: [S0ONCALL]', 'requester: [S0LEADS]')
        .replace('approver: [U0ANA]', 'approver: [U0BEN]'),
    );
    const service = { text: { type: 'plain_text', text: 'checkout' }, value: 'checkout' };
    await slack.submit(U.ana, id, {
      service: { service: { type: 'static_select', selected_option: service } },
    });
    const told = await slack.until(() => slack.messages(directMessageWith(U.ana))[0]);
    expect(textsOf(told)).toMatch(WORDS.role!);
    await staunch.stop();
    expect(rowsIn(stateFolder, 'select * from incident')).toEqual([]);
  });
});

describe('what Slack does not tell is refused', () => {
  const faults: readonly ApiFault[] = [
    { kind: 'status', status: 503 },
    { kind: 'error', error: 'missing_scope' },
    { kind: 'cut', effect: false },
  ];
  it.each([
    ['users.info', /Slack did not tell who you are/],
    ['usergroups.list', /did not tell which user groups you are in/],
    ['conversations.info', /did not tell what kind of channel/],
  ])('%s', async (method, words) => {
    await Promise.all(
      faults.map(async fault => {
        const { slack, staunch, stateFolder } = await practisedStaunch();
        slack.faults.api(method, fault, { times: Number.POSITIVE_INFINITY });
        await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
        expect(await toldIn(slack, U.ana, 0)).toMatch(words);
        await slack.say(U.ana, C.checkout, '@staunch diagnose checkout');
        expect(await toldIn(slack, U.ana, 1)).toMatch(words);
        await staunch.stop();
        expect(rowsIn(stateFolder, 'select * from incident')).toEqual([]);
        expect(published(slack)).toBe(0);
      }),
    );
  });
});
