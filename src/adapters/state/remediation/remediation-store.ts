import type {
  ApplyStep,
  Approval,
  ConsentAnswer,
  Proposal,
  ProposalState,
  Remediations,
} from '../../../workflows/remediation-ports.ts';
import type { Session } from '../session.ts';
import { claim, move, stepsOf, underWay } from './apply-steps.ts';
import { allowChanges, type ChangeStop, stopChanges, stopOf } from './change-stops.ts';
import { appliedByHand, approve, breakGlass, reject } from './consent.ts';
import { type Decision, decide } from './decision.ts';
import { dueOutcomes, end, reportedOutcome, scheduleOutcome } from './endings.ts';
import { endExpired } from './expiry.ts';
import { approvalsOf, PENDING, proposalOf } from './proposal-rows.ts';
import { propose } from './proposing.ts';

/** Changes and the consent to them. Each method is one transaction, with its entry in the audit. */
export class RemediationStore implements Remediations {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  propose(proposal: Parameters<Remediations['propose']>[0]): ReturnType<Remediations['propose']> {
    return this.#decide(proposal.createdAtMs, decision => propose(decision, proposal));
  }

  async find(id: string): Promise<Proposal | undefined> {
    const row = await this.#proposals().where('id', '=', id).executeTakeFirst();
    return row && proposalOf(row);
  }

  approvals(id: string): Promise<readonly Approval[]> {
    return approvalsOf(this.#session.db, id);
  }

  steps(id: string): Promise<readonly ApplyStep[]> {
    return stepsOf(this.#session.db, id);
  }

  async inState(states: readonly ProposalState[]): Promise<readonly Proposal[]> {
    if (states.length === 0) return [];
    const rows = await this.#proposals().where('state', 'in', states).orderBy('number').execute();
    return rows.map(proposalOf);
  }

  async ofService(service: string, limit: number): Promise<readonly Proposal[]> {
    const newest = this.#proposals().where('service', '=', service).orderBy('number', 'desc').limit(limit);
    return (await newest.execute()).map(proposalOf);
  }

  approve(id: string, approval: Parameters<Remediations['approve']>[1]): Promise<ConsentAnswer> {
    return this.#decide(approval.atMs, decision => approve(decision, id, approval));
  }

  reject(id: string, by: Parameters<Remediations['reject']>[1]): Promise<ConsentAnswer> {
    return this.#decide(by.atMs, decision => reject(decision, id, by));
  }

  breakGlass(id: string, by: Parameters<Remediations['breakGlass']>[1]): Promise<ConsentAnswer> {
    return this.#decide(by.atMs, decision => breakGlass(decision, id, by));
  }

  appliedByHand(id: string, by: Parameters<Remediations['appliedByHand']>[1]): Promise<ConsentAnswer> {
    return this.#decide(by.atMs, decision => appliedByHand(decision, id, by));
  }

  async expire(nowMs: number): Promise<readonly Proposal[]> {
    // Asked for every few seconds, and mostly there is nothing: then nobody has to wait for a turn.
    const waiting = await this.#proposals().where('state', 'in', PENDING).limit(1).executeTakeFirst();
    if (!waiting) return [];
    return this.#decide(nowMs, endExpired);
  }

  claim(id: string, owner: string, atMs: number): Promise<ApplyStep | undefined> {
    return this.#decide(atMs, decision => claim(decision, id, owner, this.#session.sharing?.process));
  }

  move(
    step: Parameters<Remediations['move']>[0],
    to: Parameters<Remediations['move']>[1],
  ): Promise<ApplyStep | undefined> {
    return this.#decide(to.atMs, decision => move(decision, step, to, this.#session.sharing?.process));
  }

  end(id: string, as: Parameters<Remediations['end']>[1]): Promise<Proposal | undefined> {
    return this.#decide(as.atMs, decision => end(decision, id, as));
  }

  underWay(): Promise<readonly ApplyStep[]> {
    return underWay(this.#session.db, this.#session.sharing);
  }

  stopChanges(by: Parameters<Remediations['stopChanges']>[0]): Promise<void> {
    return this.#decide(by.atMs, decision => stopChanges(decision, by));
  }

  allowChanges(by: Parameters<Remediations['allowChanges']>[0]): Promise<void> {
    return this.#decide(by.atMs, decision => allowChanges(decision, by));
  }

  stopped(): Promise<ChangeStop | undefined> {
    return stopOf(this.#session.db);
  }

  scheduleOutcome(proposalId: string, dueAtMs: readonly number[]): Promise<void> {
    return this.#session.write(db => scheduleOutcome(db, proposalId, dueAtMs));
  }

  dueOutcomes(nowMs: number): ReturnType<Remediations['dueOutcomes']> {
    return dueOutcomes(this.#session.db, nowMs);
  }

  reportedOutcome(proposalId: string, dueAtMs: number, atMs: number): Promise<boolean> {
    return this.#decide(atMs, decision => reportedOutcome(decision, proposalId, dueAtMs));
  }

  #proposals() {
    return this.#session.db.selectFrom('proposal').selectAll();
  }

  #decide<T>(atMs: number, work: (decision: Decision) => Promise<T>): Promise<T> {
    return decide(this.#session, atMs, work);
  }
}
