import type { RemedyId } from '../../../remediation/plan.ts';
import type { ApplyState, ProposalState } from '../../../workflows/remediation-ports.ts';

/** The tables of changes and of the audit. */
export interface RemediationTables {
  proposal: {
    id: string;
    /** In the order of opening. */
    number: number;
    digest: string;
    /** The change plan as JSON. */
    plan: string;
    /** What people are shown besides, as JSON. */
    brief: string;
    service: string;
    remedy: RemedyId;
    incident_id: string;
    channel: string;
    requester: string;
    reason: string;
    quorum: number;
    state: ProposalState;
    version: number;
    /** The clock run it was opened in, where the clock is watched. */
    clock_run: number | null;
    created_at_ms: number;
    expires_at_ms: number;
    ended_at_ms: number | null;
    detail: string | null;
    break_glass_by: string | null;
    break_glass_reason: string | null;
  };
  approval: { proposal_id: string; approver: string; digest: string; at_ms: number };
  apply_step: {
    proposal_id: string;
    server: string;
    position: number;
    state: ApplyState;
    version: number;
    /** Who claimed it, in its own words. */
    owner: string | null;
    /** The process that is at it, by its number, where several share a state. */
    process: number | null;
    detail: string | null;
    changed_at_ms: number;
    acted_at_ms: number | null;
  };
  outcome_due: { proposal_id: string; due_at_ms: number; reported_at_ms: number | null };
  /** One row while changes are stopped. */
  change_stop: { name: 'changes'; stopped_by: string; why: string; at_ms: number };
  /** Appended to, never changed; `body` is canonical JSON. The counter `audit` has the sequence of the last. */
  audit: {
    sequence: number;
    at_ms: number;
    kind: string;
    actor: string;
    body: string;
    previous_hash: string;
    hash: string;
  };
  /** `offset_ms` is what the clock shows more than the time since the boot. */
  clock_run: { number: number; boot: string; offset_ms: number };
}
