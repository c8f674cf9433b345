import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { slackWarningWords } from '../../../handlers/slack/blocks/warning-message.ts';
import { sampleWarnings } from '../../../handlers/slack/blocks/warning-samples.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import type { Settings } from '../../../src/adapters/settings.ts';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { warningRootKey } from '../../../src/workflows/warning-parcels.ts';
import { COMPANY, ownConfig } from './company.ts';
import {
  buttonsOf,
  C,
  type Practised,
  practisedStaunch,
  rootsOf,
  temporaryFolder,
  textsOf,
  U,
} from './practised-staunch.ts';
import { PERSONS, tableOf, WORDS } from './role-words.ts';
import { rowsIn } from './ways-in.ts';

const HOUR_MS = 3_600_000;
/** The watch looks at nothing by itself: the warning stays as the test made it. */
const NO_TICKS = { clock: { nowMs: Date.now }, drive: () => ({ stop: async () => {} }) };

/** Who may do what with a warning: `yes`, or why not. */
const MAY = tableOf(`
                snooze-warning  diagnose-warning  plan-recycling
  viewer        role            role              role
  requester     yes             yes               yes
  approver      yes             yes               yes
  admin         yes             yes               yes
  nobody        role            role              role
  guest         guest           guest             guest
  stranger      stranger        stranger          stranger
  otherCompany  company         company           company
  bot           bot             bot               bot
  deactivated   gone            gone              gone
`).map(cell => ({ ...cell, person: PERSONS[cell.row]! }));
const cellsOf = (column: string) => MAY.filter(cell => cell.column === column);

/** A warning of checkout that was told before Staunch was started, as the watch stores it. */
async function warned(settings: Partial<Settings> = {}): Promise<Practised> {
  const stateFolder = temporaryFolder();
  const atMs = Date.now();
  const [, sample] = sampleWarnings(U.ana).find(([name]) => name === 'a warning')!;
  const eta = { fromMs: atMs + 2.5 * HOUR_MS, toMs: atMs + 6 * HOUR_MS };
  const growth = { ...sample.warning.growth, atMs, eta };
  const content = { ...sample.warning, channel: C.checkout, growth, changedAtMs: atMs };
  const state = await openState(stateFolder, { clock: { nowMs: Date.now } });
  await state.incidents.begin({
    id: content.id,
    service: 'checkout',
    workspace: COMPANY.team.id,
    channel: C.checkout,
    openedBy: 'staunch',
    openedAtMs: atMs,
  });
  const warning = (await state.warnings.open(content))!;
  const message = slackWarningWords().warning({ ...sample, warning });
  const key = warningRootKey(warning);
  await state.outbox.put({ key, incidentId: warning.id, channel: C.checkout, kind: 'post', message }, atMs);
  await state.close();
  const practised = await practisedStaunch({
    stateFolder,
    slack: { seed: COMPANY },
    settings: { watch: true, ...settings },
    watchTime: NO_TICKS,
  });
  await practised.slack.until(() => rootOf(practised.slack));
  return practised;
}

const rootOf = (slack: PracticeSlack) =>
  rootsOf(slack, C.checkout).find(root => textsOf(root).includes('workers of checkout grow'));
const rootSays = (slack: PracticeSlack, words: RegExp) =>
  slack.until(() => words.test(textsOf(rootOf(slack))) || undefined);

function press(slack: PracticeSlack, person: string, actionId: string) {
  const root = rootOf(slack)!;
  const button = buttonsOf(root).find(each => each.actionId === actionId)!;
  return slack.press(person, { message: { channel: C.checkout, ts: root.ts } }, button);
}

const toldIn = (slack: PracticeSlack, person: string, before = 0) =>
  slack.until(() => slack.ephemerals(person, C.checkout)[before], 15_000).then(textsOf);

const chosen = (hours: number) => {
  const option = { text: { type: 'plain_text', text: `${hours} h` }, value: String(hours * HOUR_MS) };
  return { type: 'static_select', selected_option: option };
};
const snoozedFor = (hours: number, reason = '') => ({
  for: { for: chosen(hours) },
  reason: { reason: { type: 'plain_text_input', value: reason } },
});

async function openedBy(slack: PracticeSlack, person: string) {
  await press(slack, person, 'snooze-warning');
  return slack.until(() => slack.modal(person));
}

describe('the buttons of a warning', () => {
  it('snooze opens for whom the table says', async () => {
    const { slack } = await warned();
    for (const { person, word, row } of cellsOf('snooze-warning')) {
      expect(await press(slack, person, 'snooze-warning'), row).toMatchObject({ acked: true });
      if (word === 'yes')
        expect((await slack.until(() => slack.modal(person))).view.callback_id, row).toBe('snooze-until');
      else expect(await toldIn(slack, person), row).toMatch(WORDS[word]!);
    }
    for (const { person, word } of cellsOf('snooze-warning'))
      expect(slack.modal(person) === undefined).toBe(word !== 'yes');
  });

  it('plan recycling opens the review of a change for whom the table says', async () => {
    const { slack } = await warned();
    for (const { person, word, row } of cellsOf('plan-recycling')) {
      await press(slack, person, 'plan-recycling');
      if (word === 'yes')
        expect(textsOf(await slack.until(() => slack.modal(person)?.view)), row).toMatch(/change/i);
      else expect(await toldIn(slack, person), row).toMatch(WORDS[word]!);
    }
  });

  it('diagnose starts for whom the table says, and the verdict stands in the thread', async () => {
    const { slack, staunch, stateFolder } = await warned();
    for (const { person, word, row } of cellsOf('diagnose-warning')) {
      await press(slack, person, 'diagnose-warning');
      if (word !== 'yes') expect(await toldIn(slack, person), row).toMatch(WORDS[word]!);
    }
    const { ts } = rootOf(slack)!;
    const verdicts = () =>
      slack
        .messages(C.checkout)
        .filter(({ threadTs, ...message }) => threadTs === ts && /CONFIRMED/.test(textsOf(message as never)));
    await slack.until(() => verdicts().length === 3 || undefined, 20_000);
    await staunch.stop();
    const asked = rowsIn(stateFolder, 'select asked_by from run').map(row => row.asked_by);
    expect(asked.toSorted()).toEqual([U.ana, U.ben, U.chloe].toSorted());
  });
});

describe('a snooze', () => {
  it('is seen by everybody in the message, with its end and its reason, until it is ended', async () => {
    const { slack } = await warned();
    const modal = await openedBy(slack, U.ana);
    expect(await slack.submit(U.ana, modal.id, snoozedFor(4, 'release at 15:00'))).toMatchObject({
      acked: true,
    });
    await rootSays(slack, /WARNING, snoozed[\s\S]*release at 15:00[\s\S]*snoozed by <@U0ANA>/);
    expect(buttonsOf(rootOf(slack)).map(({ actionId }) => actionId)).toContain('unsnooze-warning');
    await press(slack, U.ben, 'unsnooze-warning');
    await rootSays(slack, /\(WARNING\)/);
    expect(buttonsOf(rootOf(slack)).map(({ actionId }) => actionId)).toContain('snooze-warning');
  });

  it('is refused with the reason where it would end at once', async () => {
    const { slack } = await warned();
    const modal = await openedBy(slack, U.ana);
    const answer = await slack.submit(U.ana, modal.id, { left: { left: chosen(4) } });
    expect(JSON.stringify(answer)).toContain('It may be nearer than that already');
    expect(textsOf(rootOf(slack))).not.toContain('snoozed');
  });

  it('of somebody who lost the role before sending it off changes nothing', async () => {
    const configFile = ownConfig();
    const { slack, staunch, stateFolder } = await warned({ configFile });
    const modal = await openedBy(slack, U.ana);
    const config = readFileSync(configFile, 'utf8');
    writeFileSync(
      configFile,
      config
        .replace('requester: [S0ONCALL]', 'requester: [S0LEADS]')
        .replace('approver: [U0ANA]', 'approver: [U0BEN]'),
    );
    await slack.submit(U.ana, modal.id, snoozedFor(4));
    expect(await toldIn(slack, U.ana)).toMatch(WORDS.role!);
    await staunch.stop();
    expect(rowsIn(stateFolder, 'select version from warning')).toEqual([{ version: 1 }]);
  });
});
