import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { COMPANY } from './company.ts';
import { buttonsOf, C, type Practised, practisedStaunch, textsOf, U } from './practised-staunch.ts';
import { PERSONS, tableOf, WORDS } from './role-words.ts';
import { rowsIn } from './ways-in.ts';

/** Who may do what with a proposed change: `yes`, or why not. */
const MAY = tableOf(`
                approve-change  reject-change  change-numbers  break-glass
  viewer        approver        approver       role            role
  requester     approver        yes            yes             glass
  approver      yes             yes            yes             glass
  admin         yes             yes            yes             yes
  nobody        role            role           role            role
  guest         guest           guest          guest           guest
  stranger      stranger        stranger       stranger        stranger
  otherCompany  company         company        company         company
  bot           bot             bot            bot             bot
  deactivated   gone            gone           gone            gone
`).map(cell => ({ ...cell, person: PERSONS[cell.row]! }));
const REFUSED: Readonly<Record<string, RegExp>> = {
  ...WORDS,
  approver: /takes approver|no role that lets you approve/,
  glass: /Only some people may apply a change without approvals/,
};

const cardIn = (slack: PracticeSlack, words = /Proposed by/) =>
  slack.until(() => slack.messages(C.checkout).findLast(message => words.test(textsOf(message))), 20_000);

/** A proposal with numbers that its requester chose. */
async function withProposal(): Promise<Practised> {
  const practised = await practisedStaunch({ slack: { seed: COMPANY } });
  await practised.slack.say(
    U.ana,
    C.checkout,
    '@staunch plan checkout recycling max_requests=900 jitter=300 because workers are killed',
  );
  await cardIn(practised.slack);
  return practised;
}

async function press(slack: PracticeSlack, person: string, actionId: string) {
  const card = await cardIn(slack);
  const button = buttonsOf(card).find(each => each.actionId === actionId)!;
  return slack.press(person, { message: { channel: C.checkout, ts: card.ts } }, button);
}

async function approve(slack: PracticeSlack, person: string) {
  await press(slack, person, 'approve-change');
  const view = await slack.until(() => slack.modal(person));
  return slack.submit(person, view.id, {
    'service-name': { 'service-name': { type: 'plain_text_input', value: 'checkout' } },
  });
}

const auditOf = (stateFolder: string) =>
  rowsIn(stateFolder, 'select kind, actor, body from audit order by sequence').map(({ kind, actor, body }) =>
    `${kind} ${actor} ${JSON.parse(String(body)).reason ?? ''}`.trim(),
  );

describe('the buttons of a proposed change', () => {
  it.each(['approve-change', 'reject-change', 'change-numbers', 'break-glass'])(
    '%s opens for whom the table says; the others are told why, and it is written down',
    async actionId => {
      const { slack, stateFolder, staunch } = await withProposal();
      let refusals = 0;
      for (const { person, word, row } of MAY.filter(cell => cell.column === actionId)) {
        expect(await press(slack, person, actionId), row).toMatchObject({ acked: true });
        if (word === 'yes') await slack.until(() => slack.modal(person), 20_000);
        else {
          refusals++;
          const told = await slack.until(() => slack.ephemerals(person, C.checkout)[0], 15_000);
          expect(textsOf(told), row).toMatch(REFUSED[word]!);
          expect(slack.modal(person), row).toBeUndefined();
        }
      }
      await staunch.stop();
      expect(auditOf(stateFolder).filter(entry => entry.startsWith('refused'))).toHaveLength(refusals);
    },
    60_000,
  );
});

describe('a change that two people approve', () => {
  it('is applied once, although every click and submission comes twice', async () => {
    const { slack, stateFolder, staunch } = await withProposal();
    slack.faults.deliveries('interactive', { kind: 'duplicate' }, { times: Number.POSITIVE_INFINITY });
    await approve(slack, U.ben);
    await cardIn(slack, /1 of 2/);
    await approve(slack, U.chloe);
    await cardIn(slack, /being watched/);
    expect(buttonsOf(await cardIn(slack))).toEqual([]);
    await staunch.stop();
    const audit = auditOf(stateFolder);
    expect(audit.filter(entry => entry.startsWith('approved'))).toEqual([
      `approved ${U.ben}`,
      `approved ${U.chloe}`,
    ]);
    expect(audit.filter(entry => entry.startsWith('claimed'))).toHaveLength(1);
    expect(rowsIn(stateFolder, 'select state, count(*) steps from apply_step group by state')).toMatchObject([
      { state: 'watching', steps: 1 },
    ]);
  }, 60_000);

  it('is not the one on an older card', async () => {
    const { slack, stateFolder, staunch } = await withProposal();
    const first = await cardIn(slack);
    const old = buttonsOf(first).find(each => each.actionId === 'approve-change')!;
    await slack.say(U.ana, C.checkout, '@staunch plan checkout recycling max_requests=1200 jitter=300');
    await cardIn(slack, /max_requests = 1200/);
    await slack.press(U.ben, { message: { channel: C.checkout, ts: first.ts } }, old).catch(() => undefined);
    await slack.until(
      () =>
        /replaced by a newer proposal/.test(
          textsOf(slack.messages(C.checkout).find(m => m.ts === first.ts)),
        ) || undefined,
    );
    expect(slack.modal(U.ben)).toBeUndefined();
    await staunch.stop();
    expect(rowsIn(stateFolder, 'select * from approval')).toEqual([]);
  }, 60_000);

  it('is not begun while an admin has stopped all changes', async () => {
    const { slack } = await withProposal();
    await slack.say(U.ana, C.checkout, '@staunch stop changes I want to');
    await slack.until(() => slack.ephemerals(U.ana, C.checkout).find(m => /takes admin/.test(textsOf(m))));
    await slack.say(U.chloe, C.checkout, '@staunch stop changes a migration is running');
    await slack.until(() => slack.ephemerals(U.chloe, C.checkout).find(m => /Stopped/.test(textsOf(m))));
    await approve(slack, U.ben);
    const told = await slack.until(() => slack.ephemerals(U.ben, C.checkout)[0]);
    expect(textsOf(told)).toMatch(/All changes are stopped since .*a migration is running/);
  }, 60_000);
});
