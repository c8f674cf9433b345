import type { ChangePlan } from '../remediation/plan.ts';
import { changePlanDigest } from '../remediation/plan-digest.ts';
import { cardEdit, changeView, proposalParcels } from './change-parcels.ts';
import type { ChangeView, ChangeWords } from './change-ports.ts';
import type { ChangeBrief } from './planned-change.ts';
import type { Clock, Ids } from './ports.ts';
import type { Proposal } from './remediation-ports.ts';
import type { Incident, State } from './state-ports.ts';

export interface ChangeProposalsPorts {
  readonly state: State;
  readonly words: ChangeWords;
  readonly clock: Clock;
  readonly ids: Ids;
  wakeDelivery(): void;
}

/** Where a proposal is told: below an incident that is there, or at a place of its own. */
export type ProposalPlace =
  | { readonly incidentId: string; readonly channel: string }
  | { readonly workspace: string; readonly channel: string; readonly threadTs?: string };

/** A planned change that somebody wants approved. */
export interface WantedChange {
  /** Names the delivery it came with: the same one acts once. */
  readonly deliveryKey: string;
  readonly place: ProposalPlace;
  readonly requester: string;
  /** In their words. */
  readonly reason: string;
  readonly plan: ChangePlan;
  readonly brief: ChangeBrief;
  readonly quorum: number;
  readonly expiresAfterMs: number;
  /** Whom the card asks: ids of people and user groups. */
  readonly ask: readonly string[];
}

export type Proposed =
  | { readonly view: ChangeView }
  /** The very same is proposed already and keeps its approvals. */
  | { readonly same: ChangeView }
  /** A change of this service is being applied: one at a time. */
  | { readonly busy: true }
  | { readonly duplicate: true };

/** Opens proposals: stored with their cards, and with the end of those that they take the place of. */
export class ChangeProposals {
  readonly #ports: ChangeProposalsPorts;

  constructor(ports: ChangeProposalsPorts) {
    this.#ports = ports;
  }

  async propose(wanted: WantedChange): Promise<Proposed> {
    const { state, clock, ids, words } = this.#ports;
    const atMs = clock.nowMs();
    const id = ids.next();
    const proposed = await state.atomically(async (within): Promise<Proposed> => {
      if (!(await within.inbox.claim(wanted.deliveryKey, atMs))) return { duplicate: true };
      const incidentId = await placed(within, wanted, id, atMs);
      const opened = await within.remediations.propose(proposalOf(wanted, { id, incidentId, atMs }));
      if (!opened) return { busy: true };
      const view = await changeView(within, opened.proposal.id);
      if (!view) throw new Error(`the proposal ${opened.proposal.id} was opened and is not there`);
      if (opened.proposal.id !== id) return { same: view };
      for (const parcel of proposalParcels(view, words)) await within.outbox.put(parcel, atMs);
      for (const superseded of opened.superseded) {
        const old = await changeView(within, superseded.id);
        if (old) await within.outbox.put(cardEdit(old, words), atMs);
      }
      return { view };
    });
    if ('view' in proposed) this.#ports.wakeDelivery();
    return proposed;
  }
}

/** The incident it belongs to; a proposal that belongs to none gets one of its own name. */
async function placed(state: State, wanted: WantedChange, id: string, atMs: number): Promise<string> {
  const { place, plan, requester } = wanted;
  if ('incidentId' in place) return place.incidentId;
  const incident: Incident = {
    id,
    service: plan.service,
    workspace: place.workspace,
    channel: place.channel,
    ...(place.threadTs !== undefined && { threadTs: place.threadTs }),
    openedFrom: 'change',
    openedBy: requester,
    openedAtMs: atMs,
  };
  await state.incidents.begin(incident);
  return id;
}

function proposalOf(
  { place, requester, reason, plan, brief, quorum, expiresAfterMs, ask }: WantedChange,
  { id, incidentId, atMs }: { readonly id: string; readonly incidentId: string; readonly atMs: number },
): Omit<Proposal, 'state' | 'version'> {
  return {
    id,
    digest: changePlanDigest(plan),
    plan,
    brief: { ...brief, ask },
    incidentId,
    channel: place.channel,
    requester,
    reason,
    quorum,
    createdAtMs: atMs,
    expiresAtMs: atMs + expiresAfterMs,
  };
}
