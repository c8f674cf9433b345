import { brokenGlassParcel, cardEdit, changeView, reminderParcel } from './change-parcels.ts';
import type { ChangeView, ChangeWords } from './change-ports.ts';
import { outcomeTimes } from './outcome-times.ts';
import type { Clock, Log } from './ports.ts';
import type { ConsentAnswer, ConsentRefusal, Proposal } from './remediation-ports.ts';
import type { Parcel, State } from './state-ports.ts';

export interface ChangeApprovalsPorts {
  readonly state: State;
  readonly words: ChangeWords;
  readonly clock: Clock;
  readonly log: Log;
  wakeDelivery(): void;
  /** Something was approved: it may begin. */
  approved(): void;
}

/** A person decides about a proposal. Whether their role lets them was settled before, at this very click. */
export interface Decision {
  /** Names the delivery it came with: the same one acts once. */
  readonly deliveryKey: string;
  readonly proposalId: string;
  readonly person: string;
}

/** `duplicate`: this very delivery was acted on before; nothing more is to be done or said. */
export type Decided =
  | { readonly ok: true; readonly view: ChangeView }
  | { readonly ok: false; readonly refusal: ConsentRefusal }
  | { readonly duplicate: true };

/** When an open proposal is asked about again, and whom it then asks: ids of people and user groups. */
export interface Reminder {
  readonly afterMs: number;
  readonly ask: readonly string[];
}

/** What is decided about proposals, stored with its audit entry and with what everybody sees of it, or not at all. */
export class ChangeApprovals {
  readonly #ports: ChangeApprovalsPorts;

  constructor(ports: ChangeApprovalsPorts) {
    this.#ports = ports;
  }

  /** Counts an approval of what `digest` names. */
  approve(decision: Decision & { readonly digest: string; readonly ownAllowed: boolean }): Promise<Decided> {
    const { digest, person, ownAllowed } = decision;
    return this.#decide('approve', decision, (state, atMs) =>
      state.remediations.approve(decision.proposalId, { digest, approver: person, atMs, ownAllowed }),
    );
  }

  reject(decision: Decision & { readonly reason: string }): Promise<Decided> {
    const { person, reason } = decision;
    return this.#decide('reject', decision, (state, atMs) =>
      state.remediations.reject(decision.proposalId, { person, reason, atMs }),
    );
  }

  /** Approves alone; everybody in the channel reads who and why. */
  breakGlass(decision: Decision & { readonly digest: string; readonly reason: string }): Promise<Decided> {
    const { digest, person, reason } = decision;
    return this.#decide(
      'break-glass',
      decision,
      (state, atMs) => state.remediations.breakGlass(decision.proposalId, { digest, person, reason, atMs }),
      view => [brokenGlassParcel(view, this.#ports.words)],
    );
  }

  /** A person did by hand what Staunch could only show; from now on it is reported on like any other change. */
  appliedByHand(decision: Decision & { readonly note: string }): Promise<Decided> {
    const { person, note } = decision;
    return this.#decide('applied-by-hand', decision, async (state, atMs) => {
      const { remediations } = state;
      const answer = await remediations.appliedByHand(decision.proposalId, { person, note, atMs });
      if (answer.ok) await remediations.scheduleOutcome(decision.proposalId, outcomeTimes(atMs));
      return answer;
    });
  }

  /** The kill switch, in either direction. False when this very delivery was acted on before. */
  async flip(by: {
    readonly deliveryKey: string;
    readonly person: string;
    readonly reason: string;
    readonly stop: boolean;
  }): Promise<boolean> {
    const { state, clock } = this.#ports;
    const flipped = await state.atomically(async within => {
      const atMs = clock.nowMs();
      if (!(await within.inbox.claim(by.deliveryKey, atMs))) return false;
      const { remediations } = within;
      const words = { person: by.person, why: by.reason, atMs };
      await (by.stop ? remediations.stopChanges(words) : remediations.allowChanges(words));
      return true;
    });
    if (flipped && !by.stop) this.#ports.approved();
    return flipped;
  }

  /** Writes down that somebody was refused, and why: before anything is decided there is no other trace of it. */
  async refused(refusal: {
    readonly what: string;
    readonly person: string;
    readonly reason: string;
    readonly about?: Readonly<Record<string, string>>;
  }): Promise<void> {
    const { what, person, reason, about } = refusal;
    await this.#ports.state.audit.append({
      atMs: this.#ports.clock.nowMs(),
      kind: 'refused',
      actor: person,
      body: { what, reason, ...about },
    });
  }

  /** Ends what is past its time and asks again where nobody answered. Called every few seconds. */
  async tend(remindersOf: (proposal: Proposal) => Promise<readonly Reminder[]>): Promise<void> {
    const { state, clock, log } = this.#ports;
    try {
      await this.#expire();
      for (const proposal of await state.remediations.inState(['open']))
        await this.#remind(proposal, await remindersOf(proposal), clock.nowMs());
    } catch (error) {
      log.error({ err: error }, 'open proposals could not be looked after');
    }
  }

  async #expire(): Promise<void> {
    const { state, clock, words } = this.#ports;
    const ended = await state.atomically(async within => {
      const atMs = clock.nowMs();
      const expired = await within.remediations.expire(atMs);
      for (const { id } of expired) {
        const view = await changeView(within, id);
        if (view) await within.outbox.put(cardEdit(view, words), atMs);
      }
      return expired.length;
    });
    if (ended > 0) this.#ports.wakeDelivery();
  }

  /** A reminder has a key of its own: however often it is put, it is queued once. */
  async #remind(proposal: Proposal, reminders: readonly Reminder[], nowMs: number): Promise<void> {
    const due = reminders.flatMap(({ afterMs, ask }, at) =>
      nowMs >= proposal.createdAtMs + afterMs && nowMs < proposal.expiresAtMs ? [{ round: at + 1, ask }] : [],
    );
    if (due.length === 0) return;
    const { state, words } = this.#ports;
    await state.atomically(async within => {
      const view = await changeView(within, proposal.id);
      if (view?.proposal.state !== 'open') return;
      for (const { round, ask } of due)
        await within.outbox.put(reminderParcel(view, round, ask, words), nowMs);
    });
    this.#ports.wakeDelivery();
  }

  async #decide(
    what: string,
    { deliveryKey, proposalId, person }: Decision,
    consent: (state: State, atMs: number) => Promise<ConsentAnswer>,
    more: (view: ChangeView) => readonly Parcel[] = () => [],
  ): Promise<Decided> {
    const { state, clock, words } = this.#ports;
    const decided = await state.atomically(async (within): Promise<Decided> => {
      const atMs = clock.nowMs();
      if (!(await within.inbox.claim(deliveryKey, atMs))) return { duplicate: true };
      const answer = await consent(within, atMs);
      if (!answer.ok) {
        const { reason } = answer.refusal;
        await within.audit.append({
          atMs,
          kind: 'refused',
          actor: person,
          body: { what, reason, proposal: proposalId },
        });
        return answer;
      }
      const view = await changeView(within, proposalId);
      if (!view) throw new Error(`the proposal ${proposalId} was decided about and is not there`);
      for (const parcel of [cardEdit(view, words), ...more(view)]) await within.outbox.put(parcel, atMs);
      return { ok: true, view };
    });
    if ('duplicate' in decided || !decided.ok) return decided;
    this.#ports.wakeDelivery();
    if (decided.view.proposal.state === 'approved') this.#ports.approved();
    return decided;
  }
}
