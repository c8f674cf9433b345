import type { Window } from '../../src/collectors/question.ts';
import { nearestNames } from '../../src/inventory/nearest-name.ts';
import type { Registry, Service } from '../../src/inventory/registry.ts';
import { findTarget } from '../../src/inventory/target.ts';
import { channelService, refusalOf, servicesFor } from '../../src/policy/asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import { rootKey } from '../../src/workflows/run-parcels.ts';
import type { AskedHere } from './asked-here.ts';
import { joinedNotice } from './blocks/incident-notices.ts';
import {
  alreadyRunningNotice,
  foundNothingNotice,
  helpNotice,
  notMemberNotice,
  notUnderstoodNotice,
  unknownTargetNotice,
} from './blocks/notices.ts';
import { answerChangeRequest } from './change-answering.ts';
import { readChangeRequest } from './change-request.ts';
import type { Asker, Spot } from './people.ts';
import { askingOf, type Presence, presenceOf, refusedAsker } from './permission.ts';
import { openPicker } from './picker-opening.ts';
import { readRequest } from './request-text.ts';
import type { SlackContext } from './slack-context.ts';

/**
 * Answers what was typed after `/diagnose-502` or after a mention. Resolves with what only the asker is told,
 * undefined when everybody sees the answer or a modal is open.
 */
export async function answerRequest(
  text: string,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const change = readChangeRequest(text);
  if (change) return answerChangeRequest(change, here, context);
  const present = await presenceOf(here.user, here.channel, context);
  // Without staunch.yml nobody's role is known: all that is told is that it has a mistake, not which.
  if ('notice' in present) return present.notice;
  const { asker, spot, registry } = present;
  const refusal = refusalHere(asker, spot, registry, context);
  if (refusal) return refusedAsker(refusal, 'diagnose', here.user, context);
  if (!spot.appIsMember) return notMemberNotice();
  const { timeZone } = asker;
  const names = namesFor(asker, spot, registry, context);
  const request = readRequest(text, { nowMs: context.clock.nowMs(), timeZone, names });
  if (request.kind === 'help') return helpNotice();
  if (request.kind === 'not-understood') return notUnderstoodNotice(request.problem, request.example);
  const services = servicesMeant(request.target, here.channel, registry, names);
  if ('notice' in services) return services.notice;
  if (services.found.length === 0)
    return openPicker({ ...here, asker, spot, registry, place: placeOf(here) }, context);
  return diagnoseEach(services.found, request.window, { ...here, asker, spot, registry }, context);
}

/** What was asked, by whom and where. */
export interface Present extends AskedHere, Presence {}

/** Starts a diagnosis of each service that this person may ask for here; tells about the others. */
export async function diagnoseEach(
  services: readonly Service[],
  window: Window,
  here: Present,
  context: SlackContext,
): Promise<Message | undefined> {
  const { asker, spot, registry, user } = here;
  let told: Message | undefined;
  for (const service of services) {
    const refusal = refusalHere(asker, spot, registry, context, service);
    if (refusal) {
      told ??= await refusedAsker(refusal, 'diagnose', user, context);
      continue;
    }
    const notice = await diagnoseOne(service.id, window, here, context);
    told ??= notice;
  }
  return told;
}

/** What ends this close to the moment of asking is meant as "now", and belongs to the trouble that is there now. */
const NOW_WITHIN_MS = 2 * 60_000;

async function diagnoseOne(
  service: string,
  window: Window,
  here: Present,
  context: SlackContext,
): Promise<Message | undefined> {
  const { asker, user, channel, threadTs, deliveryKey, origin } = here;
  const { state, runs, clock } = context;
  const key = `${deliveryKey}/${service}`;
  const { timeZone } = asker;
  const there = threadTs === undefined ? undefined : await state.standings.ofThread(channel, threadTs);
  const own = there?.incident.service === service ? there : undefined;
  const last =
    own && own.state !== 'resolved' ? (await state.incidents.runsOf([own.incident.id])).at(-1) : undefined;
  if (last) {
    const asked = await runs.again({ deliveryKey: key, runId: last.id, askedBy: user, timeZone, window });
    return 'running' in asked ? alreadyRunningNotice() : undefined;
  }
  const asked = await runs.ask({
    deliveryKey: key,
    service,
    workspace: context.workspace,
    channel,
    ...(threadTs !== undefined && { threadTs }),
    ...(own && { threadOf: rootKey(own.incident) }),
    ...(origin && { origin }),
    joins: threadTs === undefined && Math.abs(clock.nowMs() - window.toMs) <= NOW_WITHIN_MS,
    askedBy: user,
    window,
    timeZone,
  });
  return 'joined' in asked && asked.joined ? joinedNotice(asked.joined, 'running' in asked) : undefined;
}

/** Why this person may not ask for a diagnosis here: of this service, or of any at all. */
export function refusalHere(
  asker: Asker,
  spot: Spot,
  registry: Registry,
  context: SlackContext,
  service?: Service,
) {
  const asking = askingOf(asker.person, spot.place, registry, context);
  return refusalOf({ ...asking, what: 'diagnose', ...(service && { service }) });
}

/** The names this person may learn of here: services they may ask for, their servers and groups. */
function namesFor(asker: Asker, spot: Spot, registry: Registry, context: SlackContext): string[] {
  const asking = askingOf(asker.person, spot.place, registry, context);
  const services = new Set(servicesFor({ ...asking, what: 'diagnose' }, registry.services.values()));
  const servers = [...services].flatMap(s => [...s.servers, ...s.nginx.servers]).map(server => server.id);
  const groups = [...registry.groups].filter(([, members]) => members.some(s => services.has(s)));
  return [...new Set([...[...services].map(s => s.id), ...groups.map(([id]) => id), ...servers])];
}

/** None found: nobody named one, and the channel does not tell. */
function servicesMeant(
  name: string | undefined,
  channel: string,
  registry: Registry,
  names: readonly string[],
): { readonly found: readonly Service[] } | { readonly notice: Message } {
  if (name === undefined) {
    const own = channelService(channel, registry.services.values());
    return { found: own ? [own] : [] };
  }
  const target = findTarget(registry, name);
  if ('unknown' in target) return { notice: unknownTargetNotice(target.unknown, nearestNames(name, names)) };
  return target.services.length === 0 ? { notice: foundNothingNotice(name) } : { found: target.services };
}

function placeOf({ channel, threadTs }: AskedHere) {
  return { channel, ...(threadTs !== undefined && { threadTs }) };
}
