import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approvalsNeeded,
  countedApprovers,
  ownApprovalCounts,
  USUAL_CHANGES,
} from '../../src/policy/change-rules.ts';
import { TIERS } from '../../src/policy/tier.ts';
import { trustCount, trustSeed } from '../trust-counts.ts';

const REQUESTER = 'U0';
const DIGEST = 'd1';

interface Model {
  approvers: Set<string>;
}
interface Real {
  approvals: { approver: string; digest: string }[];
  needed: number;
}

/** Somebody approves something: the model knows only who counts. */
class Approve implements fc.Command<Model, Real> {
  readonly who: string;
  readonly digest: string;

  constructor(who: string, digest: string) {
    this.who = who;
    this.digest = digest;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    real.approvals.push({ approver: this.who, digest: this.digest });
    if (this.who !== REQUESTER && this.digest === DIGEST) model.approvers.add(this.who);
    const counted = countedApprovers(real.approvals, {
      digest: DIGEST,
      requester: REQUESTER,
      ownCounts: false,
    });
    expect(new Set(counted)).toEqual(model.approvers);
    expect(counted).not.toContain(REQUESTER);
    // Never before so many different people agreed, and at once when they did: it cannot get stuck.
    expect(counted.length >= real.needed).toBe(model.approvers.size >= real.needed);
  }

  toString(): string {
    return `${this.who} approves ${this.digest}`;
  }
}

describe('the number of approvals', () => {
  it('is reached by so many different people who did not ask for it, in whatever order they come', () => {
    const people = fc.constantFrom(REQUESTER, 'U1', 'U2', 'U3', 'U4', 'U5', 'U6');
    const digests = fc.constantFrom(DIGEST, DIGEST, DIGEST, 'd2');
    const approve = fc.tuple(people, digests).map(([who, digest]) => new Approve(who, digest));
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.commands([approve], { maxCommands: 30 }),
        (quorum, commands) => {
          const rules = { ...USUAL_CHANGES, approvals: { production: quorum, staging: 1, development: 1 } };
          const needed = approvalsNeeded(rules, 'production', false);
          expect(needed).toBe(quorum);
          fc.modelRun(
            () => ({ model: { approvers: new Set<string>() }, real: { approvals: [], needed } }),
            commands,
          );
        },
      ),
      { numRuns: trustCount(500, 10_000), seed: trustSeed() },
    );
  });

  it('would be reached too early by a count of clicks', () => {
    const clicks = ['U1', 'U1', REQUESTER].map(approver => ({ approver, digest: DIGEST }));
    expect(clicks.length).toBeGreaterThanOrEqual(2);
    expect(countedApprovers(clicks, { digest: DIGEST, requester: REQUESTER, ownCounts: false })).toEqual([
      'U1',
    ]);
  });

  it('is at least one, and never more for what touches no file than for what does', () => {
    const count = fc.integer({ min: -3, max: 5 });
    fc.assert(
      fc.property(count, count, fc.constantFrom(...TIERS), (ofTier, ofLowRisk, tier) => {
        const approvals = { production: ofTier, staging: ofTier, development: ofTier };
        const rules = { ...USUAL_CHANGES, approvals, lowRiskApprovals: ofLowRisk };
        const [usual, lowRisk] = [approvalsNeeded(rules, tier, false), approvalsNeeded(rules, tier, true)];
        expect(lowRisk).toBeGreaterThanOrEqual(1);
        expect(lowRisk).toBeLessThanOrEqual(usual);
      }),
    );
  });

  it('counts the requester only where a tier other than production says so', () => {
    const rules = { ...USUAL_CHANGES, ownApproval: TIERS };
    expect(TIERS.map(tier => ownApprovalCounts(rules, tier))).toEqual([false, true, true]);
    expect(TIERS.map(tier => ownApprovalCounts(USUAL_CHANGES, tier))).toEqual([false, false, false]);
  });
});
