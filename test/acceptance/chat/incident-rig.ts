import { expect } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import type { PracticeMessage } from '../../../practice/slack/workspace.ts';
import { buttonsOf, C, textsOf } from './practised-staunch.ts';

/** The messages of a root's thread, oldest first. */
export function threadOf(slack: PracticeSlack, root: { readonly ts: string }, channel: string = C.checkout) {
  return slack.messages(channel, { threadTs: root.ts }).filter(message => message.ts !== root.ts);
}

const CARD = /👉 Next|👉 Next step/;

/** The last card of a thread that still has its buttons. */
export function lastCard(
  slack: PracticeSlack,
  root: { readonly ts: string },
  channel: string = C.checkout,
): PracticeMessage | undefined {
  return threadOf(slack, root, channel).findLast(
    message => CARD.test(textsOf(message)) && buttonsOf(message).some(b => b.actionId === 'step-primary'),
  );
}

/** Waits for a last card whose words fit. */
export function cardWith(
  slack: PracticeSlack,
  root: { readonly ts: string },
  words: RegExp,
  channel: string = C.checkout,
): Promise<PracticeMessage> {
  return slack.until(() => {
    const card = lastCard(slack, root, channel);
    return card && words.test(textsOf(card)) ? card : undefined;
  }, 20_000);
}

/** Presses a button of a message by its action id. */
export async function pressOn(
  slack: PracticeSlack,
  as: string,
  message: PracticeMessage,
  actionId: string,
): Promise<void> {
  const button = buttonsOf(message).find(each => each.actionId === actionId);
  expect(button, `${actionId} on ${textsOf(message).slice(0, 200)}`).toBeDefined();
  if (button) await slack.press(as, { message: { channel: message.channel, ts: message.ts } }, button);
}
