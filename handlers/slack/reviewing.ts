import type { Registry, Service } from '../../src/inventory/registry.ts';
import { changeRefusal } from '../../src/policy/change-asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import { changeGoneNotice } from './blocks/change-notices.ts';
import { pickerUnavailableNotice } from './blocks/notices.ts';
import { type ReviewSubject, reviewLoadingView, reviewView } from './blocks/review-view.ts';
import { askingOf, presenceOf, refusedChange } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** Looking at servers takes seconds; a person who waits longer than this has gone on. */
const PLANNING_MS = 120_000;

/** Who wants a change reviewed, and which. */
export interface ReviewAsked {
  readonly user: string;
  readonly triggerId: string;
  readonly subject: ReviewSubject;
  readonly settings?: Readonly<Record<string, number>>;
}

/**
 * Opens the review of a change: at once, because Slack gives three seconds, and filled when the servers were looked at.
 * Whether this person may propose for the service was settled by the caller.
 */
export async function openReview(asked: ReviewAsked, context: SlackContext): Promise<Message | undefined> {
  const { subject, triggerId } = asked;
  const opened = await context.client.views
    .open({ trigger_id: triggerId, view: reviewLoadingView(subject) })
    .catch(error => {
      context.log.warn({ err: error }, 'the review of a change could not be opened');
      return undefined;
    });
  const viewId = opened?.view?.id;
  if (viewId === undefined) return pickerUnavailableNotice();
  await fillReview(asked, viewId, context);
  return undefined;
}

/** Plans, and shows in the open window what that came to. */
export async function fillReview(
  { subject, settings }: Pick<ReviewAsked, 'subject' | 'settings'>,
  viewId: string,
  context: SlackContext,
): Promise<void> {
  const planned = await context.changes.planner.plan(
    {
      service: subject.service,
      ...(subject.remedy && { remedy: subject.remedy }),
      ...(settings && { settings }),
    },
    AbortSignal.timeout(PLANNING_MS),
  );
  await context.client.views
    .update({ view_id: viewId, view: reviewView(subject, planned) })
    // Closed meanwhile: nobody wants to know any more.
    .catch(error =>
      context.log.info({ err: error }, 'the review of a change was closed before it was filled'),
    );
}

/** Whether this person may propose a change of the service, told and written down when not. */
export async function mayPropose(
  serviceId: string,
  user: string,
  channel: string,
  context: SlackContext,
): Promise<{ readonly service: Service; readonly registry: Registry } | { readonly notice: Message }> {
  const present = await presenceOf(user, channel, context);
  if ('notice' in present) return present;
  const { asker, spot, registry } = present;
  const service = registry.services.get(serviceId);
  const refusal = changeRefusal({
    ...askingOf(asker.person, spot.place, registry, context),
    what: 'propose',
    service: service ?? { id: serviceId, channels: [] },
    nowMs: context.clock.nowMs(),
  });
  if (refusal) {
    const asked = { what: 'propose', user, about: { service: serviceId } };
    return { notice: await refusedChange(refusal, asked, context) };
  }
  return service ? { service, registry } : { notice: changeGoneNotice() };
}
