import type { Registry } from '../../src/inventory/registry.ts';
import { findTarget } from '../../src/inventory/target.ts';
import { channelService } from '../../src/policy/asking.ts';
import { changeRefusal } from '../../src/policy/change-asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { AskedHere } from './asked-here.ts';
import { changesAllowedNotice, changesStoppedNotice, notPlannedNotice } from './blocks/change-notices.ts';
import { notMemberNotice, notUnderstoodNotice, unknownTargetNotice } from './blocks/notices.ts';
import type { ChangeRequest } from './change-request.ts';
import { askingOf, presenceOf, refusedChange, registryOrNotice } from './permission.ts';
import { proposeHere } from './proposing.ts';
import type { SlackContext } from './slack-context.ts';

/** Answers what somebody asked about changes in words. Resolves with what only they are told. */
export async function answerChangeRequest(
  request: ChangeRequest,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  return request.kind === 'plan' ? planHere(request, here, context) : flip(request, here, context);
}

async function planHere(
  request: Extract<ChangeRequest, { readonly kind: 'plan' }>,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const { channel, user, threadTs, deliveryKey } = here;
  const [reading, spot, run] = await Promise.all([
    registryOrNotice(context),
    context.people.spot(channel),
    threadTs === undefined ? undefined : context.state.incidents.runOfThread(channel, threadTs),
  ]);
  if ('notice' in reading) return reading.notice;
  if (!spot.appIsMember) return notMemberNotice();
  const found = serviceMeant(request.target ?? run?.incident.service, channel, reading.registry);
  if ('notice' in found) return found.notice;
  const isOfThread = run !== undefined && run.incident.service === found.service;
  return proposeHere(
    {
      deliveryKey: `${deliveryKey}/plan`,
      user,
      service: found.service,
      ...(request.remedy && { remedy: request.remedy }),
      ...(Object.keys(request.settings).length > 0 && { settings: request.settings }),
      reason: request.reason === '' ? 'Asked for in chat.' : request.reason,
      place: isOfThread
        ? { incidentId: run.incident.id, channel }
        : { workspace: context.workspace, channel, ...(threadTs !== undefined && { threadTs }) },
    },
    context,
  );
}

function serviceMeant(
  name: string | undefined,
  channel: string,
  registry: Registry,
): { readonly service: string } | { readonly notice: Message } {
  if (name === undefined) {
    const own = channelService(channel, registry.services.values());
    if (own) return { service: own.id };
    return {
      notice: notUnderstoodNotice(
        'Name the service whose change is to be planned.',
        '@staunch plan checkout',
      ),
    };
  }
  const target = findTarget(registry, name);
  // Names near it are not told: whether this person may know them was not settled.
  if ('unknown' in target) return { notice: unknownTargetNotice(target.unknown, []) };
  const [only, second] = target.services;
  if (!only || second)
    return {
      notice: notPlannedNotice(
        `A change is planned for one service at a time, and ${name} is not exactly one.`,
      ),
    };
  return { service: only.id };
}

/** The kill switch, for admins. */
async function flip(
  { kind, reason }: Extract<ChangeRequest, { readonly kind: 'stop' | 'allow' }>,
  { user, channel, deliveryKey }: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const present = await presenceOf(user, channel, context);
  const what = `${kind}-changes` as const;
  // Stopping must work with a broken staunch.yml too; but without it nobody's role is known.
  if ('notice' in present) return present.notice;
  const { asker, spot, registry } = present;
  const refusal = changeRefusal({
    ...askingOf(asker.person, spot.place, registry, context),
    what,
    nowMs: context.clock.nowMs(),
  });
  if (refusal) return refusedChange(refusal, { what, user }, context);
  if (reason === '')
    return notUnderstoodNotice(
      'Say why: everybody who is kept from a change reads it.',
      `@staunch ${kind} changes because of the migration`,
    );
  const done = await context.changes.approvals.flip({
    deliveryKey,
    person: user,
    reason,
    stop: kind === 'stop',
  });
  if (!done) return undefined;
  return kind === 'stop' ? changesStoppedNotice(reason) : changesAllowedNotice();
}
