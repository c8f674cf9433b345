import type { Freeze } from './freeze.ts';
import type { Tier } from './tier.ts';

/** What `staunch.yml` asks for before a service is changed: what the service says itself, else what holds for all. */
export interface ChangeRules {
  /** How many different people must approve, by tier. */
  readonly approvals: Readonly<Record<Tier, number>>;
  /** The same for what touches no file and undoes itself. Never more than the tier asks for. */
  readonly lowRiskApprovals: number;
  /** Tiers in which the requester's own approval counts. Never production. */
  readonly ownApproval: readonly Tier[];
  /** How long a proposal can be approved. */
  readonly expireAfterMs: number;
  /** How long a change is watched before it counts as done. */
  readonly watchForMs: number;
  readonly freezes: readonly Freeze[];
  /** When an unanswered proposal is asked about again. */
  readonly remindAfterMs: number;
  /** When others are asked, and whom: ids of people and user groups. Nobody when empty. */
  readonly escalateAfterMs: number;
  readonly escalateTo: readonly string[];
  /** Who may apply without the approvals, with a reason that everybody reads. Nobody when empty. */
  readonly breakGlass: readonly string[];
  /** Asked after the change; anything but an answer below 400 counts against it. */
  readonly healthUrl?: string;
}

const MINUTE = 60_000;

/** Where `staunch.yml` says nothing of changes: somebody else must agree, and soon. */
export const USUAL_CHANGES: ChangeRules = {
  approvals: { production: 1, staging: 1, development: 1 },
  lowRiskApprovals: 1,
  ownApproval: [],
  expireAfterMs: 15 * MINUTE,
  watchForMs: 10 * MINUTE,
  freezes: [],
  remindAfterMs: 5 * MINUTE,
  escalateAfterMs: 10 * MINUTE,
  escalateTo: [],
  breakGlass: [],
};

/** How many different people must approve. At least one. */
export function approvalsNeeded(rules: ChangeRules, tier: Tier, lowRisk: boolean): number {
  const needed = rules.approvals[tier];
  return Math.max(1, lowRisk ? Math.min(needed, rules.lowRiskApprovals) : needed);
}

/** Whether the requester's own approval counts. On production it never does, whatever was written. */
export function ownApprovalCounts(rules: ChangeRules, tier: Tier): boolean {
  return tier !== 'production' && rules.ownApproval.includes(tier);
}

/** The people whose approval of this very digest counts, each once, in the order in which they gave it. */
export function countedApprovers(
  approvals: readonly { readonly approver: string; readonly digest: string }[],
  about: { readonly digest: string; readonly requester: string; readonly ownCounts: boolean },
): readonly string[] {
  const counted = approvals.filter(
    ({ approver, digest }) => digest === about.digest && (about.ownCounts || approver !== about.requester),
  );
  return [...new Set(counted.map(({ approver }) => approver))];
}
