import type { Registry } from '../../src/inventory/registry.ts';
import type { Action, Person, Place } from '../../src/policy/access.ts';
import { type Asking, type Refusal, refusalOf } from '../../src/policy/asking.ts';
import type { ChangeRefusal } from '../../src/policy/change-asking.ts';
import { changeRefusalWords } from '../../src/policy/change-refusal-words.ts';
import { refusalWords } from '../../src/policy/refusal-words.ts';
import type { Message } from '../../src/workflows/message.ts';
import { refusedNotice, registryProblemNotice } from './blocks/notices.ts';
import type { Asker, Spot } from './people.ts';
import type { SlackContext } from './slack-context.ts';

/** The registry as `staunch.yml` says it now, or what the person is told when that file is wrong. */
export async function registryOrNotice(
  context: SlackContext,
): Promise<{ readonly registry: Registry } | { readonly notice: Message }> {
  const stored = await context.registry.read();
  if (stored.ok) return { registry: stored.registry };
  context.log.error({ file: context.registry.file, problems: stored.problems }, 'staunch.yml cannot be used');
  return { notice: registryProblemNotice() };
}

/** Who asks, and where: what every question about permission begins with. */
export function askingOf(
  who: Person,
  where: Place,
  registry: Registry,
  context: SlackContext,
): Omit<Asking, 'what' | 'service'> {
  return { who, where, access: registry.access, ownWorkspace: context.workspace };
}

/** Who is there and where, as Slack says it, and what `staunch.yml` says: by these it is known who may do what. */
export interface Presence {
  readonly asker: Asker;
  readonly spot: Spot;
  readonly registry: Registry;
}

/** All as it is at this very moment; without a registry nobody's role is known. */
export async function presenceOf(
  user: string,
  channel: string,
  context: SlackContext,
): Promise<Presence | { readonly notice: Message }> {
  const [asker, spot, reading] = await Promise.all([
    context.people.asker(user),
    context.people.spot(channel),
    registryOrNotice(context),
  ]);
  return 'notice' in reading ? reading : { asker, spot, registry: reading.registry };
}

/**
 * Whether a person may do that with what was told of a service in a channel, as Slack and the registry say at this very
 * moment: anybody who sees a message can press its buttons.
 */
export async function permitted(
  user: string,
  what: Action,
  { channel, service: serviceId }: { readonly channel: string; readonly service: string },
  context: SlackContext,
): Promise<Presence | { readonly notice: Message }> {
  const present = await presenceOf(user, channel, context);
  if ('notice' in present) return present;
  const { asker, spot, registry } = present;
  // A service that was taken out of staunch.yml keeps its history where that was told.
  const service = registry.services.get(serviceId) ?? { id: serviceId, channels: [channel] };
  const refusal = refusalOf({ ...askingOf(asker.person, spot.place, registry, context), what, service });
  if (refusal) return { notice: await refusedAsker(refusal, what, user, context) };
  return present;
}

/** Tells why not. Every refusal is in the log as well: who, what, why. */
export async function refusedAsker(
  refusal: Refusal,
  what: Action,
  user: string,
  context: SlackContext,
): Promise<Message> {
  context.log.info({ user, what, ...refusal }, 'refused');
  const nameOf = await context.people.names(idsIn(refusal));
  return refusedNotice(refusalWords(refusal, nameOf));
}

/** Tells why a decision about a change did not count, and writes it into the audit. */
export async function refusedChange(
  refusal: ChangeRefusal,
  asked: {
    readonly what: string;
    readonly user: string;
    readonly about?: Readonly<Record<string, string>>;
  },
  context: SlackContext,
): Promise<Message> {
  const { what, user, about } = asked;
  context.log.info({ user, what, ...refusal }, 'refused');
  await context.changes.approvals.refused({
    what,
    person: user,
    reason: refusal.reason,
    ...(about && { about }),
  });
  const nameOf = await context.people.names(idsIn(refusal));
  return refusedNotice(changeRefusalWords(refusal, nameOf));
}

function idsIn(refusal: ChangeRefusal): readonly string[] {
  if ('channels' in refusal) return refusal.channels;
  return 'holders' in refusal ? refusal.holders : [];
}
