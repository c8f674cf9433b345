import { highestTier } from '../../src/remediation/change-plan.ts';
import type { RemedyId } from '../../src/remediation/plan.ts';
import type { ProposalPlace } from '../../src/workflows/change-proposals.ts';
import type { Message } from '../../src/workflows/message.ts';
import {
  changeUnderWayNotice,
  notPlannedNotice,
  sameChangeNotice,
  stoppedNotice,
} from './blocks/change-notices.ts';
import { termsOf } from './change-terms.ts';
import { mayPropose } from './reviewing.ts';
import type { SlackContext } from './slack-context.ts';

const PLANNING_MS = 120_000;

/** Somebody wants a change proposed where everybody sees it. */
export interface ProposalAsked {
  readonly deliveryKey: string;
  readonly user: string;
  readonly service: string;
  /** Whatever helps most, when nobody said. */
  readonly remedy?: RemedyId;
  readonly settings?: Readonly<Record<string, number>>;
  readonly reason: string;
  readonly place: ProposalPlace;
}

/** Looks at the servers once more, plans, and posts the card. Resolves with what only the asker is told. */
export async function proposeHere(asked: ProposalAsked, context: SlackContext): Promise<Message | undefined> {
  const proposed = await proposeForStep(asked, context);
  return 'refused' in proposed ? notPlannedNotice(proposed.refused, proposed.instead) : proposed.notice;
}

/** What became of it: a card, what only the asker is told, or why it would be wrong and what is right instead. */
export type ProposedForStep =
  | { readonly notice: Message | undefined }
  | { readonly refused: string; readonly instead: readonly string[] };

/** The same, for whom a refusal is an answer. */
export async function proposeForStep(asked: ProposalAsked, context: SlackContext): Promise<ProposedForStep> {
  const { service: serviceId, user, remedy, settings, place } = asked;
  const may = await mayPropose(serviceId, user, place.channel, context);
  if ('notice' in may) return { notice: may.notice };
  const stopped = await context.state.remediations.stopped();
  if (stopped) return { notice: stoppedNotice(stopped.why, stopped.atMs) };
  const planned = await context.changes.planner.plan(
    { service: serviceId, ...(remedy && { remedy }), ...(settings && { settings }) },
    AbortSignal.timeout(PLANNING_MS),
  );
  if (planned.kind === 'problem') return { notice: notPlannedNotice(planned.problem) };
  if (planned.kind === 'refused') return { refused: planned.reason, instead: planned.instead };
  const { service, registry } = may;
  const plan =
    planned.kind === 'plan'
      ? planned.plan
      : {
          service: serviceId,
          tier: highestTier(service.servers.map(server => server.tier)),
          remedy: planned.brief.remedy,
          servers: [],
        };
  const terms = termsOf(plan, service, registry);
  const proposed = await context.changes.proposals.propose({
    deliveryKey: asked.deliveryKey,
    place,
    requester: user,
    reason: asked.reason,
    plan,
    brief: planned.brief,
    ...terms,
  });
  if ('busy' in proposed) return { notice: changeUnderWayNotice(serviceId) };
  return { notice: 'same' in proposed ? sameChangeNotice() : undefined };
}
