import type { Mask } from '../report/masking.ts';
import { type Guidance, guided, openState } from './incident-guidance.ts';
import {
  type Card,
  cardEdit,
  cardPost,
  pastCards,
  reopenedParcel,
  standingRoot,
} from './incident-parcels.ts';
import type { Standing, StandingChange } from './incident-ports.ts';
import type { IncidentWords, PastCard } from './incident-words-port.ts';
import type { Clock, Log } from './ports.ts';
import type { Proposal } from './remediation-ports.ts';
import type { State } from './state-ports.ts';
import type { Telling } from './surface-ports.ts';

export interface IncidentPorts {
  readonly state: State;
  readonly telling: Telling;
  readonly words: IncidentWords;
  readonly clock: Clock;
  readonly log: Log;
  /** Everything that people and programs wrote passes it before it is stored. */
  readonly mask: Mask;
  /** By what an incident of a service is led; undefined while its playbook cannot be read. Never throws. */
  guidanceOf(service: string, playbook?: string): Promise<Guidance | undefined>;
  wakeDelivery(): void;
}

/** Longer texts of people and programs are cut. */
const LONGEST_TEXT = 2_000;
/** Changes of one service that are looked at together. */
const MOST_CHANGES = 20;

/** A text as it may be stored. */
export function kept(text: string, { mask }: Pick<IncidentPorts, 'mask'>): string {
  return mask(text.slice(0, LONGEST_TEXT)).slice(0, LONGEST_TEXT);
}

/** The changes that were proposed in an incident, the newest first. */
export async function changesOf(state: State, { incident }: Standing): Promise<readonly Proposal[]> {
  const all = await state.remediations.ofService(incident.service, MOST_CHANGES);
  return all.filter(({ incidentId }) => incidentId === incident.id);
}

/** Stores a change of an incident that this transaction holds. */
export async function change(
  within: State,
  seen: Standing,
  more: Partial<StandingChange> & Pick<StandingChange, 'changedAtMs'>,
): Promise<Standing> {
  const changed = await within.standings.change(seen, { ...seen, ...more });
  if (changed === undefined)
    throw new Error(`the incident ${seen.incident.id} was changed while it was held`);
  return changed;
}

/** Queues the root as its incident stands now. */
export async function putRoot(
  within: State,
  standing: Standing,
  atMs: number,
  { telling }: Pick<IncidentPorts, 'telling'>,
): Promise<void> {
  const root = await standingRoot(within, standing, telling);
  if (root) await within.outbox.put(root, atMs);
}

/** Opens an incident again: the answers from before do not count any more. */
export async function openAgain(
  within: State,
  standing: Standing,
  why: { readonly by: string; readonly because: string; readonly atMs: number },
  ports: IncidentPorts,
): Promise<Standing> {
  const { by, because, atMs } = why;
  await within.standings.add(standing.incident.id, { kind: 'reopened', atMs, actor: by, because });
  for (const past of pastCards(standing, { kind: 'overtaken' }, ports.words))
    await within.outbox.put(past, atMs);
  const { resolved: _, ...rest } = standing;
  const open = await change(within, rest, {
    state: 'investigating',
    openSinceMs: atMs,
    changedAtMs: atMs,
    ...withoutStep(standing),
  });
  await within.outbox.put(reopenedParcel(open, because, ports.words), atMs);
  await putRoot(within, open, atMs, ports);
  return open;
}

/** The card that is over keeps its number, so that none is used twice. */
export function withoutStep({ card }: Standing): Pick<StandingChange, 'card'> {
  return card === undefined ? {} : { card: { number: card.number, atMs: card.atMs } };
}

export interface Advance {
  readonly guidance: Guidance | undefined;
  readonly atMs: number;
  /** What became of the last card, where it is certain that it is over. */
  readonly past?: PastCard;
  /** Nothing is stored where nothing is new. */
  readonly onlyNew?: boolean;
}

/**
 * Brings card, state and root of an incident in step with what is known of it. The last card of the thread is the one
 * that counts: another step is another card below, and the old one loses its buttons; the same step with other words is
 * an edit.
 */
export async function advance(
  within: State,
  standing: Standing,
  { guidance, atMs, past, onlyNew = false }: Advance,
  ports: IncidentPorts,
): Promise<Standing> {
  const { words } = ports;
  const { card } = standing;
  const isOver = standing.state === 'resolved';
  const now = guidance && !isOver ? await guided(within, standing, guidance) : undefined;
  const state = isOver ? standing.state : openState(await changesOf(within, standing), now?.step);
  const next = now && nextCard(card, now.step, past !== undefined, atMs);
  if (onlyNew && next === undefined && state === standing.state) return standing;
  const after = await change(within, standing, {
    state,
    changedAtMs: atMs,
    ...(guidance && { playbook: guidance.playbook.id }),
    ...(next && { card: next }),
  });
  if (next !== undefined && next.number === card?.number)
    await within.outbox.put(cardEdit(after, next, words), atMs);
  else if (next !== undefined) {
    for (const over of pastCards(standing, past ?? { kind: 'overtaken' }, words))
      await within.outbox.put(over, atMs);
    await within.outbox.put(cardPost(after, next, words), atMs);
  }
  await putRoot(within, after, atMs, ports);
  return after;
}

/** The card that follows; undefined where the last one stays as it is. */
function nextCard(
  card: Standing['card'],
  step: Card['step'],
  isPast: boolean,
  atMs: number,
): Card | undefined {
  if (card?.step === undefined || isPast || step.id !== card.step.id)
    return { number: (card?.number ?? 0) + 1, step, atMs };
  return JSON.stringify(step) === JSON.stringify(card.step)
    ? undefined
    : { number: card.number, atMs: card.atMs, step };
}
