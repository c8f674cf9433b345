import {
  advance,
  change,
  type IncidentPorts,
  kept,
  openAgain,
  putRoot,
  withoutStep,
} from './incident-changing.ts';
import type { Guidance } from './incident-guidance.ts';
import { type Card, pastCards, resolvedParcel } from './incident-parcels.ts';
import type { IncidentEntry, Severity, Standing, StandingChange } from './incident-ports.ts';
import type { PastCard } from './incident-words-port.ts';
import type { State } from './state-ports.ts';

/** A person does something in an incident. Whether their role lets them was settled before, at this very click. */
export interface Act {
  /** Names the delivery it came with: the same one acts once. */
  readonly deliveryKey: string;
  readonly incidentId: string;
  readonly person: string;
}

/** `stale`: the card is not the last one any more, or the incident is not in that state. */
export type Acted =
  | { readonly ok: true; readonly standing: Standing }
  | { readonly ok: false; readonly why: 'duplicate' | 'stale' | 'gone' };

type AnswerEntry = Extract<IncidentEntry, { kind: 'answer' }>;
/** What is said of a step. */
export type StepSaid = Pick<AnswerEntry, 'label'> & Pick<AnswerEntry['answer'], 'how' | 'answer' | 'note'>;

/** An entry without who and when. */
type Told<T> = T extends unknown ? Omit<T, 'atMs' | 'actor'> : never;

/** What a person's act works with. The incident is held until the transaction ends. */
interface Held {
  readonly within: State;
  readonly standing: Standing;
  readonly guidance: Guidance | undefined;
  readonly atMs: number;
}

/**
 * What people do in incidents: each act is stored together with its entry in the timeline and with all that everybody
 * sees of it, or not at all.
 */
export class IncidentDesk {
  readonly #ports: IncidentPorts;

  constructor(ports: IncidentPorts) {
    this.#ports = ports;
  }

  /** Settles the step of the last card, or skips it: the next one follows. A note leaves it as it is. */
  answer(act: Act & { readonly card: number; readonly said: StepSaid }): Promise<Acted> {
    return this.#act(act, async held => {
      const { within, standing, atMs } = held;
      const { card } = standing;
      if (card?.step === undefined || card.number !== act.card) return undefined;
      const entry = this.#answered(act, card.step, atMs);
      await within.standings.add(act.incidentId, entry);
      const past: PastCard = { kind: 'answered', entry };
      const isSettled = act.said.how !== 'note';
      return advance(within, standing, { ...held, ...(isSettled && { past }) }, this.#ports);
    });
  }

  note(act: Act & { readonly text: string }): Promise<Acted> {
    return this.#tell(act, { kind: 'note', text: kept(act.text, this.#ports) });
  }

  /** Somebody pinned a message of the thread. @param link where it stands */
  pin(act: Act & { readonly text?: string; readonly link?: string }): Promise<Acted> {
    const { text, link } = act;
    return this.#tell(act, {
      kind: 'pin',
      ...(text !== undefined && { text: kept(text, this.#ports) }),
      ...(link !== undefined && { link }),
    });
  }

  /** From now on this person looks after it. */
  take(act: Act): Promise<Acted> {
    return this.#tell(act, { kind: 'owner', owner: act.person }, { owner: act.person });
  }

  weigh(act: Act & { readonly severity: Severity }): Promise<Acted> {
    return this.#tell(act, { kind: 'severity', severity: act.severity }, { severity: act.severity });
  }

  resolve(act: Act & { readonly reason: string }): Promise<Acted> {
    const { words } = this.#ports;
    return this.#act(act, async ({ within, standing, atMs }) => {
      if (standing.state === 'resolved') return undefined;
      const reason = kept(act.reason, this.#ports);
      await within.standings.add(act.incidentId, { kind: 'resolved', atMs, actor: act.person, reason });
      const resolved = { atMs, by: act.person, reason };
      const ended = await change(within, standing, {
        state: 'resolved',
        resolved,
        changedAtMs: atMs,
        ...withoutStep(standing),
      });
      for (const past of pastCards(standing, { kind: 'resolved' }, words))
        await within.outbox.put(past, atMs);
      await within.outbox.put(resolvedParcel(ended, words), atMs);
      await putRoot(within, ended, atMs, this.#ports);
      return ended;
    });
  }

  /** Opens it again; of an open one the steps begin anew. */
  reopen(act: Act & { readonly because: string }): Promise<Acted> {
    return this.#act(act, async held => {
      const why = { by: act.person, because: kept(act.because, this.#ports), atMs: held.atMs };
      const open = await openAgain(held.within, held.standing, why, this.#ports);
      return advance(held.within, open, held, this.#ports);
    });
  }

  #answered(
    { person, said }: Act & { readonly said: StepSaid },
    { id, title }: Card['step'],
    atMs: number,
  ): AnswerEntry {
    const { how, answer, note, label } = said;
    return {
      kind: 'answer',
      atMs,
      actor: person,
      title,
      ...(label !== undefined && { label }),
      answer: {
        step: id,
        how,
        ...(answer !== undefined && { answer }),
        ...(note !== undefined && { note: kept(note, this.#ports) }),
      },
    };
  }

  #tell(act: Act, entry: Told<IncidentEntry>, more: Partial<StandingChange> = {}): Promise<Acted> {
    return this.#act(act, async ({ within, standing, atMs }) => {
      await within.standings.add(act.incidentId, { ...entry, atMs, actor: act.person });
      const after = await change(within, standing, { ...more, changedAtMs: atMs });
      if (Object.keys(more).length > 0) await putRoot(within, after, atMs, this.#ports);
      return after;
    });
  }

  async #act(act: Act, work: (held: Held) => Promise<Standing | undefined>): Promise<Acted> {
    const { state, clock } = this.#ports;
    const before = await state.standings.find(act.incidentId);
    if (before === undefined) return { ok: false, why: 'gone' };
    const guidance = await this.#ports.guidanceOf(before.incident.service, before.playbook);
    const acted = await state.atomically(async (within): Promise<Acted> => {
      const atMs = clock.nowMs();
      if (!(await within.inbox.claim(act.deliveryKey, atMs))) return { ok: false, why: 'duplicate' };
      const standing = await within.standings.hold(act.incidentId);
      if (standing === undefined) return { ok: false, why: 'gone' };
      const after = await work({ within, standing, guidance, atMs });
      return after ? { ok: true, standing: after } : { ok: false, why: 'stale' };
    });
    if (acted.ok) this.#ports.wakeDelivery();
    return acted;
  }
}
