import type { Registry, Service } from '../../src/inventory/registry.ts';
import { findTarget } from '../../src/inventory/target.ts';
import { channelService, refusalOf, servicesFor } from '../../src/policy/asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import { shiftOverview } from '../../src/workflows/shift-overview.ts';
import type { AskedHere } from './asked-here.ts';
import { keptNotice, sayMoreNotice } from './blocks/incident-notices.ts';
import { notMemberNotice, unknownTargetNotice } from './blocks/notices.ts';
import { handoverMessage, hostsMessage, statusMessage } from './blocks/overview-messages.ts';
import { snoozeView } from './blocks/snooze-view.ts';
import { openModal } from './modal-opening.ts';
import { askingOf, presenceOf, refusedAsker } from './permission.ts';
import { pressedWarning } from './pressed-warning.ts';
import type { SlackContext } from './slack-context.ts';
import { content } from './slack-surface.ts';
import type { StaunchRequest } from './staunch-request.ts';

const HOUR_MS = 3_600_000;
/** A snooze ends; nobody forgets a service for ever. */
const LONGEST_SNOOZE_HOURS = 168;
const USUAL_SNOOZE_HOURS = 4;

interface Seen {
  readonly registry: Registry;
  /** What this person may see of here. */
  readonly services: readonly Service[];
  readonly appIsMember: boolean;
}

/** Who asks, and of what they may be told here. */
async function seenHere(
  { user, channel }: AskedHere,
  context: SlackContext,
): Promise<Seen | { readonly notice: Message }> {
  const present = await presenceOf(user, channel, context);
  if ('notice' in present) return present;
  const { asker, spot, registry } = present;
  const asking = { ...askingOf(asker.person, spot.place, registry, context), what: 'view' as const };
  const refusal = refusalOf(asking);
  if (refusal) return { notice: await refusedAsker(refusal, 'view', user, context) };
  const services = [...servicesFor(asking, registry.services.values())];
  return { registry, services, appIsMember: spot.appIsMember };
}

export async function statusHere(here: AskedHere, context: SlackContext): Promise<Message | undefined> {
  const seen = await seenHere(here, context);
  if ('notice' in seen) return seen.notice;
  const { overview, nameOf } = await overviewOf(seen.services, context);
  return statusMessage(overview, nameOf);
}

/** The hand-over is for everybody in the channel: the next shift reads it there. */
export async function handOver(here: AskedHere, context: SlackContext): Promise<Message | undefined> {
  const seen = await seenHere(here, context);
  if ('notice' in seen) return seen.notice;
  if (!seen.appIsMember) return notMemberNotice();
  const { channel, threadTs, deliveryKey } = here;
  if (!(await context.state.inbox.claim(`${deliveryKey}/handover`, context.clock.nowMs()))) return undefined;
  const { overview, nameOf } = await overviewOf(seen.services, context);
  const message = handoverMessage(overview, nameOf);
  await context.client.chat.postMessage({
    ...content(message),
    channel,
    ...(threadTs !== undefined && { thread_ts: threadTs }),
  });
  return undefined;
}

/** What is open of these services, with the names of those who look after it. */
export async function overviewOf(services: readonly Service[], { state, clock, people }: SlackContext) {
  const ids = new Set(services.map(({ id }) => id));
  const overview = await shiftOverview(state, service => ids.has(service), clock.nowMs());
  const owners = overview.incidents.flatMap(({ owner }) => owner ?? []);
  return { overview, nameOf: await people.names([...new Set(owners)]) };
}

export async function hostsHere(
  target: string | undefined,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const seen = await seenHere(here, context);
  if ('notice' in seen) return seen.notice;
  const meant = servicesMeant(target, here.channel, seen);
  if (meant === undefined) return unknownTargetNotice(target ?? '', []);
  const watched = await context.watched?.(meant);
  return hostsMessage(
    meant.map(({ id, servers, nginx }) => {
      const overview = watched?.get(id);
      const silent = new Map((overview?.silent ?? []).map(({ server, sinceMs }) => [server, sinceMs]));
      const ids = [...new Set([...servers, ...nginx.servers].map(server => server.id))];
      return {
        service: id,
        servers: ids.map(server => {
          const silentSinceMs = silent.get(server);
          return { id: server, ...(silentSinceMs !== undefined && { silentSinceMs }) };
        }),
        gaps: overview?.gaps ?? [],
        isWatched: overview !== undefined && overview.state !== 'not-watched',
      };
    }),
  );
}

/** With a window to choose in where Slack gave a way to open one, else for as long as was said. */
export async function snoozeHere(
  { target, hours }: Extract<StaunchRequest, { kind: 'snooze' }>,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const seen = await seenHere(here, context);
  if ('notice' in seen) return seen.notice;
  const [service, second] = servicesMeant(target, here.channel, seen) ?? [];
  if (service === undefined || second !== undefined)
    return sayMoreNotice('Name the service whose warning is meant.', '@staunch snooze checkout 4h');
  const warning = await context.state.warnings.ofService(service.id);
  if (warning === undefined || warning.episode.resolvedAtMs !== undefined)
    return keptNotice(`There is no warning of ${service.id} to snooze: its workers do not grow.`);
  const pressed = await pressedWarning(warning.id, here.user, 'diagnose', context);
  if ('notice' in pressed) return pressed.notice;
  if (here.triggerId !== undefined && hours === undefined) {
    await openModal(context.client, here.triggerId, snoozeView(pressed.warning));
    return undefined;
  }
  const length = Math.min(Math.max(1, hours ?? USUAL_SNOOZE_HOURS), LONGEST_SNOOZE_HOURS);
  const atMs = context.clock.nowMs();
  if (!(await context.state.inbox.claim(`${here.deliveryKey}/snooze`, atMs))) return undefined;
  const untilMs = atMs + length * HOUR_MS;
  await pressed.snoozing.snooze(warning.id, { by: here.user, untilMs, atMs });
  return keptNotice(
    `The warning of ${service.id} is snoozed for ${length} h; its message says so. What gets worse is told all the same.`,
  );
}

/** None named: the channel's own, else all that may be seen. Undefined for a name that is not known here. */
function servicesMeant(
  target: string | undefined,
  channel: string,
  { registry, services }: Seen,
): readonly Service[] | undefined {
  if (target === undefined) {
    const own = channelService(channel, services);
    return own ? [own] : services;
  }
  const found = findTarget(registry, target);
  const seen = 'unknown' in found ? [] : found.services.filter(service => services.includes(service));
  return seen.length === 0 ? undefined : seen;
}
