import type { Standing } from './incident-ports.ts';
import type { IncidentWords, PastCard } from './incident-words-port.ts';
import type { Message } from './message.ts';
import { inThread, placeOf, rootEdit } from './run-parcels.ts';
import type { Parcel, State } from './state-ports.ts';
import type { Telling } from './surface-ports.ts';

/** A next-step card: which, and what it says. */
export type Card = Required<NonNullable<Standing['card']>>;

/** A card, posted as the last message of its thread. */
export function cardPost(standing: Standing, card: Card, words: IncidentWords): Parcel {
  return reply(standing, cardKey(standing, card), words.card(standing, card.step, card.number));
}

/** The card as it is now, where it stands. */
export function cardEdit(standing: Standing, card: Card, words: IncidentWords): Parcel {
  return editOf(standing, cardKey(standing, card), words.card(standing, card.step, card.number));
}

/** The last card without its buttons; nothing where it has lost them already. */
export function pastCards(standing: Standing, past: PastCard, words: IncidentWords): readonly Parcel[] {
  const { card } = standing;
  if (card?.step === undefined) return [];
  return [editOf(standing, cardKey(standing, card), words.pastCard(standing, card.step, past))];
}

export function resolvedParcel(standing: Standing, words: IncidentWords): Parcel {
  return reply(standing, `${standing.incident.id}/resolved/${standing.version}`, words.resolved(standing));
}

export function reopenedParcel(standing: Standing, because: string, words: IncidentWords): Parcel {
  return reply(
    standing,
    `${standing.incident.id}/reopened/${standing.version}`,
    words.reopened(standing, because),
  );
}

/** A message into the thread; the same key is said once. */
export function threadParcel(standing: Standing, name: string, message: Message): Parcel {
  return reply(standing, `${standing.incident.id}/${name}`, message);
}

/** A text file into the thread. */
export function fileParcel(
  standing: Standing,
  name: string,
  file: { readonly name: string; readonly title: string; readonly text: string },
): Parcel {
  return {
    ...inThread(standing.incident),
    key: `${standing.incident.id}/${name}`,
    kind: 'upload',
    file: {
      name: file.name,
      title: file.title,
      altText: file.title,
      bytes: new TextEncoder().encode(file.text),
    },
  };
}

/**
 * The root brought up to date with how its incident stands; undefined where the root is no diagnosis: a warning and a
 * change say by themselves how they are.
 */
export async function standingRoot(
  state: State,
  standing: Standing,
  telling: Telling,
): Promise<Parcel | undefined> {
  const { incident } = standing;
  const last = (await state.incidents.runsOf([incident.id])).at(-1);
  if (last === undefined) return undefined;
  const tookMs = Math.max(0, (last.endedAtMs ?? last.askedAtMs) - last.askedAtMs);
  if (last.state === 'running') return rootEdit(incident, telling.running(last, standing));
  const document = last.state === 'done' ? await state.incidents.document(last.id) : undefined;
  const message = document
    ? telling.verdict(last, document, tookMs, standing)
    : telling.failed(last, standing);
  return rootEdit(incident, message);
}

function cardKey({ incident }: Standing, { number }: Pick<Card, 'number'>): string {
  return `${incident.id}/card/${number}`;
}

function editOf({ incident }: Standing, target: string, message: Message): Parcel {
  return { ...placeOf(incident), key: `${target}/edit`, kind: 'update', target, message };
}

function reply(standing: Standing, key: string, message: Message): Parcel {
  return { ...inThread(standing.incident), key, kind: 'post', message };
}
