import type { Server } from '../inventory/registry.ts';
import type { HelperCheck, HelperState } from '../remediation/helper-state.ts';
import type { ChangePlan, ServerPlan } from '../remediation/plan.ts';
import type { ProposalBrief } from './planned-change.ts';

export type { HelperCheck, HelperFile, HelperState } from '../remediation/helper-state.ts';

/**
 * A proposed change through its life. `open` waits for approvals; `approved` has enough of them; `applying` has begun on
 * a server; what follows is final.
 */
export const PROPOSAL_STATES = [
  'open',
  'approved',
  'applying',
  'done',
  'rolled-back',
  'unknown',
  'failed',
  'stale',
  'rejected',
  'expired',
  'superseded',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/**
 * One server of a proposal. `unknown` only while the server cannot be asked; every other of the last six is final.
 * `skipped`: an earlier server ended badly.
 */
export const APPLY_STATES = [
  'waiting',
  'claimed',
  'checked',
  'written',
  'reloaded',
  'verified',
  'watching',
  'unknown',
  'done',
  'rolled-back',
  'stale',
  'failed',
  'skipped',
] as const;
export type ApplyState = (typeof APPLY_STATES)[number];

/** What somebody asks to be approved. `digest` covers the whole `plan`: an approval names it and nothing else. */
export interface Proposal {
  readonly id: string;
  readonly digest: string;
  readonly plan: ChangePlan;
  /** What people are shown of it besides; no approval covers it. */
  readonly brief: ProposalBrief;
  /** The incident in whose thread it is told, where there is one. */
  readonly incidentId: string;
  readonly channel: string;
  readonly requester: string;
  /** In the requester's words. */
  readonly reason: string;
  /** How many distinct people must approve. */
  readonly quorum: number;
  readonly state: ProposalState;
  /** Rises with every change of state. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly endedAtMs?: number;
  /** Why it ended, for people. */
  readonly detail?: string;
  /** Set when somebody applied it without the approvals, with their reason. */
  readonly breakGlass?: { readonly person: string; readonly reason: string };
}

export interface Approval {
  readonly proposalId: string;
  readonly approver: string;
  readonly digest: string;
  readonly atMs: number;
}

export interface ApplyStep {
  readonly proposalId: string;
  readonly server: string;
  readonly position: number;
  readonly state: ApplyState;
  readonly version: number;
  readonly detail?: string;
  readonly changedAtMs: number;
  /** When the server last changed because of it; what is measured before and after is measured around it. */
  readonly actedAtMs?: number;
}

/** Why an approval, a rejection or a break-glass did not count. */
export type ConsentRefusal =
  | { readonly reason: 'gone' }
  | { readonly reason: 'other-digest' }
  | { readonly reason: 'not-open'; readonly state: ProposalState }
  | { readonly reason: 'expired'; readonly expiresAtMs: number }
  | { readonly reason: 'own-proposal' }
  /** It has no server of ours: a person applies it. */
  | { readonly reason: 'by-hand' }
  /** It is Staunch's to apply, so nobody can say that they did. */
  | { readonly reason: 'not-by-hand' }
  | { readonly reason: 'already-approved' }
  | { readonly reason: 'changes-stopped'; readonly since: number; readonly by: string; readonly why: string }
  /**
   * The clock of the machine was set (`byMs`) since it was proposed, or the machine was started again (no `byMs`): nobody
   * knows any more whether its time is over. It has to be planned again.
   */
  | { readonly reason: 'clock-set'; readonly byMs?: number };

export type ConsentAnswer =
  | { readonly ok: true; readonly proposal: Proposal; readonly approvals: readonly Approval[] }
  | { readonly ok: false; readonly refusal: ConsentRefusal };

/** A durable, hash-chained entry. Appended in the same transaction as what it tells of. */
export interface AuditEntry {
  readonly sequence: number;
  readonly atMs: number;
  /** `proposal-opened`, `approved`, `refused`, `claimed`, `state`, `break-glass`, `changes-stopped`, … */
  readonly kind: string;
  /** Slack id of who did it, or `staunch`. */
  readonly actor: string;
  /** Proposal, server, service, digest, what changed: never a secret. Plain JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly previousHash: string;
  readonly hash: string;
}

export interface NewAuditEntry {
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Changes that were proposed, who consented, and how far they got. Every method is durable when it resolves; every one
 * that decides or changes something about a change appends to the audit in the same transaction; every change of state is a compare-and-set on
 * state and version, so that it happens once over processes, retries and double clicks. Where several processes share
 * the state, its database's clock stands in the place of every `atMs` that is given.
 *
 * A refusal changes nothing and is not in the audit: who tells it to the person appends it. In a transaction of several
 * steps this room and the audit come first, the outbox last: all take turns in that order.
 */
export interface Remediations {
  /**
   * Opens a proposal with a step `waiting` for each server. An open or approved one for the same service and remedy is
   * superseded; when its digest and quorum are the same it is answered instead, with the approvals it has. One that is
   * past its time is ended, and among the superseded, as `expired`. Undefined while one of the same service is being applied. Throws when `digest` is not
   * that of `plan`.
   */
  propose(
    proposal: Omit<Proposal, 'state' | 'version'>,
  ): Promise<{ readonly proposal: Proposal; readonly superseded: readonly Proposal[] } | undefined>;
  find(id: string): Promise<Proposal | undefined>;
  approvals(id: string): Promise<readonly Approval[]>;
  steps(id: string): Promise<readonly ApplyStep[]>;
  /** Proposals in one of the states, oldest first. */
  inState(states: readonly ProposalState[]): Promise<readonly Proposal[]>;
  /** The newest ones of a service. */
  ofService(service: string, limit: number): Promise<readonly Proposal[]>;
  /**
   * Counts an approval of this very digest, at `atMs` by the database's clock where several processes share it. The
   * requester's own counts only with `ownAllowed`. With the last one that is needed the proposal is `approved`.
   */
  approve(
    id: string,
    approval: {
      readonly digest: string;
      readonly approver: string;
      readonly atMs: number;
      readonly ownAllowed: boolean;
    },
  ): Promise<ConsentAnswer>;
  /** Ends one that is open, or approved and not begun; also one past its time, and while changes are stopped. */
  reject(
    id: string,
    by: { readonly person: string; readonly reason: string; readonly atMs: number },
  ): Promise<ConsentAnswer>;
  /** Approves without the others, with a reason that everybody reads. */
  breakGlass(
    id: string,
    by: { readonly digest: string; readonly person: string; readonly reason: string; readonly atMs: number },
  ): Promise<ConsentAnswer>;
  /** A person did what has no server of ours: it ends as `done`, with their words. */
  appliedByHand(
    id: string,
    by: { readonly person: string; readonly note: string; readonly atMs: number },
  ): Promise<ConsentAnswer>;
  /** Ends what is past its time; answers with what ended now. */
  expire(nowMs: number): Promise<readonly Proposal[]>;
  /**
   * Takes the next step of an approved or applying proposal for this process: `waiting` becomes `claimed`, the proposal
   * `applying`. Undefined when there is none, a step before it is not `done`, it was not begun within its time, changes
   * are stopped, another proposal of the service is being applied, or the clock was set since it was proposed.
   */
  claim(id: string, owner: string, atMs: number): Promise<ApplyStep | undefined>;
  /**
   * Moves a step on from the state and version it was seen in; undefined when it is not so any more. To the state it is
   * in already: this process takes it up. A waiting step can only be skipped, an ended one stays as it is.
   */
  move(
    step: Pick<ApplyStep, 'proposalId' | 'server' | 'state' | 'version'>,
    to: {
      readonly state: ApplyState;
      readonly atMs: number;
      readonly detail?: string;
      readonly actedAtMs?: number;
    },
  ): Promise<ApplyStep | undefined>;
  /**
   * Ends a proposal that is `applying` and whose steps have all ended, or as `unknown` when nothing but unknown ones is
   * left; an `unknown` one is ended once more when its steps have. Else undefined.
   */
  end(
    id: string,
    as: {
      readonly state: 'done' | 'rolled-back' | 'unknown' | 'failed' | 'stale';
      readonly detail: string;
      readonly atMs: number;
    },
  ): Promise<Proposal | undefined>;
  /**
   * Steps that are neither waiting nor final: after a start, those that a crash cut off. Where several processes share
   * the state: without those that another living one is at.
   */
  underWay(): Promise<readonly ApplyStep[]>;
  /** The kill switch: while it is set nothing is approved or claimed; what is under way goes on to its end. */
  stopChanges(by: { readonly person: string; readonly why: string; readonly atMs: number }): Promise<void>;
  allowChanges(by: { readonly person: string; readonly why: string; readonly atMs: number }): Promise<void>;
  stopped(): Promise<{ readonly by: string; readonly why: string; readonly atMs: number } | undefined>;
  /** What is to be reported about a change and when: claimed once, over processes and restarts. */
  scheduleOutcome(proposalId: string, dueAtMs: readonly number[]): Promise<void>;
  dueOutcomes(nowMs: number): Promise<readonly { readonly proposalId: string; readonly dueAtMs: number }[]>;
  /** True for the first who reports it. */
  reportedOutcome(proposalId: string, dueAtMs: number, atMs: number): Promise<boolean>;
}

/** The chain of everything that was decided. */
export interface Audit {
  append(entry: NewAuditEntry): Promise<AuditEntry>;
  /** Entries in order, from a sequence on. */
  entries(fromSequence: number, limit: number): Promise<readonly AuditEntry[]>;
  head(): Promise<AuditHead | undefined>;
  /** The newest entry of a kind. */
  lastOf(kind: string): Promise<AuditEntry | undefined>;
}

/** The last entry of the chain: whoever keeps it elsewhere can prove later that nothing up to it was changed. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

/** What the helper on a server answered; see docs/helper-protocol.md. */
export type HelperAnswer<T> =
  | ({ readonly ok: true } & T)
  /** The helper said no, and nothing was changed by this call. */
  | { readonly ok: false; readonly kind: 'refused'; readonly refusal: string; readonly detail: string }
  /** It is not known whether the server did it: ask `status` when it can be reached again. */
  | { readonly ok: false; readonly kind: 'unknown'; readonly detail: string }
  /** The helper was certainly not reached: no connection, refused login, another host key, no apply key. */
  | { readonly ok: false; readonly kind: 'not-reached'; readonly detail: string };

export type HelperPlanState = 'written' | 'activated' | 'confirmed' | 'rolled-back' | 'failed' | 'stale';
export interface HelperStatus extends HelperState {
  readonly state: HelperPlanState;
  readonly detail: string;
  readonly atMs: number;
  readonly rollbackAtMs?: number;
}

/** Changes servers, and is given to the apply run alone. Never throws and never hangs. */
export interface Operator {
  /** The host key that the connection was made with, as a fingerprint, is compared before anything is sent. */
  state(server: Server, unit: string): Promise<HelperAnswer<HelperState & { readonly hostKey: string }>>;
  check(server: Server, plan: ServerPlan): Promise<HelperAnswer<{ readonly checks: readonly HelperCheck[] }>>;
  apply(
    server: Server,
    request: { readonly planId: string; readonly digest: string; readonly plan: ServerPlan },
  ): Promise<HelperAnswer<HelperStatus>>;
  status(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>>;
  confirm(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>>;
  rollback(server: Server, unit: string, planId: string, reason: string): Promise<HelperAnswer<HelperStatus>>;
  close(): Promise<void>;
}
