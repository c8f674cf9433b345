import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import type { ChangeAction } from '../../src/policy/change-asking.ts';
import type { Decided } from '../../src/workflows/change-approvals.ts';
import { consentRefusedNotice } from './blocks/change-notices.ts';
import { changeOfValue } from './blocks/change-words.ts';
import { afterAck } from './listening.ts';
import { type PressedChange, pressedChange } from './pressed-change.ts';
import type { SlackContext } from './slack-context.ts';

export type Submission = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

/** What a modal about a change was sent with. */
export interface Submitted {
  readonly user: string;
  readonly deliveryKey: string;
  /** Of the change: proposal and plan. */
  readonly value: string;
}

/** Settles at the time of sending what may have changed since the modal was opened, and decides then. */
export async function decideOnChange(
  name: string,
  what: ChangeAction,
  { user, deliveryKey, value }: Submitted,
  context: SlackContext,
  decide: (
    pressed: PressedChange,
    decision: { readonly deliveryKey: string; readonly proposalId: string; readonly person: string },
  ) => Promise<Decided>,
): Promise<void> {
  const proposalId = changeOfValue(value)?.proposalId ?? '';
  const channel = (await context.state.remediations.find(proposalId).catch(() => undefined))?.channel;
  await afterAck(name, { user, ...(channel !== undefined && { channel }) }, context, async () => {
    const pressed = await pressedChange(value, user, what, context);
    if ('notice' in pressed) return pressed.notice;
    const decided = await decide(pressed, { deliveryKey, proposalId, person: user });
    if ('duplicate' in decided || decided.ok) return undefined;
    return consentRefusedNotice(decided.refusal);
  });
}

/** Names a submission: the same one acts once. */
export function submissionKey({ view, body }: Submission): string {
  return `view/${view.id}/${view.hash}/${body.user.id}`;
}
