import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import type { PracticeMessage } from '../../../practice/slack/workspace.ts';
import { threadOf } from './incident-rig.ts';
import {
  buttonsOf,
  C,
  practisedStaunch,
  rootsOf,
  temporaryFolder,
  textsOf,
  U,
  verdictIn,
} from './practised-staunch.ts';

/** Staunch's clock, which a test sets on: what is to be watched for half an hour is watched in seconds. */
class SetClock {
  #aheadMs = 0;
  nowMs = () => Date.now() + this.#aheadMs;
  ahead(ms: number) {
    this.#aheadMs += ms;
  }
}

const FLEET = new URL('../../../practice/fleet/open-fleet.ts', import.meta.url).href;
const HALF_AN_HOUR_MS = 31 * 60_000;
const OVER = /✅ Resolved/;

/** The last message of a thread that has a main button: a next-step card or the card of a change. */
function lastWithPrimary(slack: PracticeSlack, root: PracticeMessage, channel: string) {
  return threadOf(slack, root, channel).findLast(message => primaryOf(message) !== undefined);
}

function primaryOf(message: PracticeMessage) {
  return buttonsOf(message).find(({ element }) => element.style === 'primary');
}

/** Presses nothing but the main button of each last card, and sends off each window that opens. */
async function pressToTheEnd(slack: PracticeSlack, clock: SetClock, root: PracticeMessage, channel: string) {
  const pressed: string[] = [];
  const people = [U.chloe, U.ben, U.chloe];
  let approvals = 0;
  for (let rounds = 0; rounds < 25; rounds += 1) {
    const card = await slack.until(() => {
      if (threadOf(slack, root, channel).some(message => OVER.test(textsOf(message)))) return 'over' as const;
      const last = lastWithPrimary(slack, root, channel);
      const key = last && `${last.ts} ${textsOf(last)}`;
      return last && !pressed.includes(key ?? '') ? last : undefined;
    }, 180_000);
    if (card === 'over') return pressed.map(key => key.split('\n')[0] ?? '');
    const button = primaryOf(card);
    if (!button) throw new Error('a card lost its button');
    pressed.push(`${card.ts} ${textsOf(card)}`);
    const isApproval = button.actionId === 'approve-change';
    const who = isApproval ? (people[++approvals] ?? U.chloe) : U.ana;
    if (/Watch it for/.test(textsOf(card))) clock.ahead(HALF_AN_HOUR_MS);
    await slack.press(who, { message: { channel, ts: card.ts } }, button);
    const outcome = await slack.until(
      () => slack.modal(who) ?? (changed(slack, root, channel, pressed) ? 'on' : undefined),
      30_000,
    );
    if (outcome !== 'on') await submitted(slack, who, outcome);
    // Whoever is next sees what the one before did.
    if (isApproval)
      await slack.until(() => (hasNewWords(slack, root, channel, card.ts, pressed) ? true : undefined));
  }
  throw new Error(`not closed after ${pressed.length} presses:\n${pressed.join('\n---\n')}`);
}

function hasNewWords(
  slack: PracticeSlack,
  root: PracticeMessage,
  channel: string,
  ts: string,
  pressed: readonly string[],
) {
  const now = threadOf(slack, root, channel).find(message => message.ts === ts);
  return now !== undefined && !pressed.includes(`${ts} ${textsOf(now)}`);
}

function changed(slack: PracticeSlack, root: PracticeMessage, channel: string, pressed: readonly string[]) {
  if (threadOf(slack, root, channel).some(message => OVER.test(textsOf(message)))) return true;
  const last = lastWithPrimary(slack, root, channel);
  return last !== undefined && !pressed.includes(`${last.ts} ${textsOf(last)}`);
}

async function submitted(
  slack: PracticeSlack,
  who: string,
  modal: NonNullable<ReturnType<PracticeSlack['modal']>>,
) {
  const inputs = modal.view.blocks.filter(({ type }) => type === 'input');
  const values = Object.fromEntries(
    inputs.map(block => {
      const element = block.element as { action_id?: string; type?: string; initial_value?: string };
      const value = block.block_id === 'service-name' ? 'search' : (element.initial_value ?? 'It is right.');
      return [block.block_id ?? '', { [element.action_id ?? '']: { type: element.type, value } }];
    }),
  );
  const answer = await slack.submit(who, modal.id, values);
  expect(answer.errors, JSON.stringify(answer.errors)).toBeUndefined();
}

async function closed(channel: string, text: string) {
  const clock = new SetClock();
  process.env.STAUNCH_PRACTICE_CHANGES = join(temporaryFolder(), 'changed');
  const practised = await practisedStaunch({ clock, operator: { kind: 'module', url: FLEET } });
  const { slack } = practised;
  await slack.command(U.ana, channel, text);
  const root = await verdictIn(slack, channel);
  const walk = await pressToTheEnd(slack, clock, root, channel);
  const words = () => textsOf(rootsOf(slack, channel)[0]);
  await slack.until(() => (/✅ resolved/.test(words()) ? true : undefined), 10_000);
  const thread = threadOf(slack, root, channel).map(textsOf).join('\n');
  return { ...practised, root, walk, words: words(), thread };
}

describe('somebody who presses nothing but the main button of each last card', () => {
  it('closes an incident in which nothing was wrong', async () => {
    const { walk, words } = await closed(C.incidents, '/diagnose-502 accounts');
    expect(walk.length).toBeLessThanOrEqual(2);
    expect(words).toMatch(/Nothing was wrong in the window/);
  }, 120_000);

  it('closes one in which a change would be wrong, without a change', async () => {
    const { walk, words, thread } = await closed(C.billing, '/diagnose-502 billing');
    expect(walk.join('\n')).toMatch(/Which request was too slow/);
    expect(words).toMatch(/The cause is known and looked after/);
    expect(thread).not.toMatch(/Proposed by|needs approval/);
  }, 120_000);

  it('closes one for which a change is right, with the change applied and verified', async () => {
    const { thread, words, walk } = await closed(C.search, '/diagnose-502 search');
    expect(walk.join('\n')).toMatch(/One kill stops the whole service/);
    expect(thread).toMatch(/applied and verified/);
    expect(words).toMatch(/The cause is known and looked after/);
  }, 240_000);
});
