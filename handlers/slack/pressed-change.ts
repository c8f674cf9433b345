import type { Registry, Service } from '../../src/inventory/registry.ts';
import { type ChangeAction, changeRefusal } from '../../src/policy/change-asking.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { changeView } from '../../src/workflows/change-parcels.ts';
import type { ChangeView } from '../../src/workflows/change-ports.ts';
import type { Message } from '../../src/workflows/message.ts';
import { changeGoneNotice, otherPlanNotice } from './blocks/change-notices.ts';
import { changeOfValue } from './blocks/change-words.ts';
import type { Asker, Spot } from './people.ts';
import { askingOf, presenceOf, refusedChange } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** The change behind a button or a modal, and who pressed, as they may at this very moment. */
export interface PressedChange {
  readonly view: ChangeView;
  readonly asker: Asker;
  readonly spot: Spot;
  readonly registry: Registry;
  /** Undefined when it was taken out of staunch.yml. */
  readonly service: Service | undefined;
}

/**
 * Finds the change that a value names, and whether this person may do that with it, here and now. Anybody who sees a
 * message can press its buttons, and a value may come from an old or a forwarded message. Every refusal is in the
 * audit.
 */
export async function pressedChange(
  value: string | undefined,
  user: string,
  what: ChangeAction,
  context: SlackContext,
): Promise<PressedChange | { readonly notice: Message }> {
  const pressed = changeOfValue(value);
  const view = pressed && (await changeView(context.state, pressed.proposalId));
  if (!pressed || !view) return { notice: changeGoneNotice() };
  const { proposal } = view;
  const { plan } = proposal;
  const present = await presenceOf(user, proposal.channel, context);
  const about = { proposal: proposal.id, digest: proposal.digest };
  const refused = (reason: string) =>
    context.changes.approvals.refused({ what, person: user, reason, about });
  if ('notice' in present) {
    await refused('registry-unreadable');
    return present;
  }
  const { asker, spot, registry } = present;
  const service = registry.services.get(plan.service);
  const refusal = changeRefusal({
    ...askingOf(asker.person, spot.place, registry, context),
    what,
    // One that was taken out of staunch.yml keeps its history where that was told.
    service: service ?? { id: plan.service, channels: [proposal.channel] },
    change: { tier: plan.tier, requester: proposal.requester, rules: service?.changes ?? USUAL_CHANGES },
    nowMs: context.clock.nowMs(),
  });
  if (refusal) return { notice: await refusedChange(refusal, { what, user, about }, context) };
  if (!proposal.digest.startsWith(pressed.digestStart)) {
    await refused('other-digest');
    return { notice: otherPlanNotice() };
  }
  return { view, asker, spot, registry, service };
}
