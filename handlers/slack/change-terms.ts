import type { Registry, Service } from '../../src/inventory/registry.ts';
import { approvalsNeeded, ownApprovalCounts, USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { CATALOGUE } from '../../src/remediation/catalogue.ts';
import type { ChangePlan } from '../../src/remediation/plan.ts';
import type { Reminder } from '../../src/workflows/change-approvals.ts';
import type { ChangeView } from '../../src/workflows/change-ports.ts';
import type { PressedChange } from './pressed-change.ts';

/** What a proposal of this plan needs, by the rules of its service as they are now. */
export function termsOf(
  plan: ChangePlan,
  service: Service,
  registry: Registry,
): { readonly quorum: number; readonly expiresAfterMs: number; readonly ask: readonly string[] } {
  const { lowRisk } = CATALOGUE[plan.remedy];
  return {
    quorum: approvalsNeeded(service.changes, plan.tier, lowRisk),
    expiresAfterMs: service.changes.expireAfterMs,
    ask: approversOf(service, registry),
  };
}

/** Ids of people and user groups whose role lets them approve for the service. */
function approversOf(service: Service, { access }: Registry): readonly string[] {
  const team = service.team === undefined ? undefined : access.teams.get(service.team);
  const own = [...(team?.roles.get('approver') ?? []), ...(access.roles.get('approver') ?? [])];
  return [...new Set(own)];
}

/** When an unanswered proposal is asked about again, and then whom else. */
export function remindersOf(
  service: Service | undefined,
  view: Pick<ChangeView['proposal'], 'brief'>,
): readonly Reminder[] {
  const { remindAfterMs, escalateAfterMs, escalateTo } = service?.changes ?? USUAL_CHANGES;
  return [
    { afterMs: remindAfterMs, ask: view.brief.ask },
    ...(escalateTo.length > 0 ? [{ afterMs: escalateAfterMs, ask: escalateTo }] : []),
  ];
}

/** On production the name of the service is typed: a click alone is too little. */
export function asksName({ proposal }: ChangeView): boolean {
  return proposal.plan.tier === 'production';
}

/** Whether the requester's own approval counts here. */
export function ownAllowed({ view, service }: PressedChange): boolean {
  return ownApprovalCounts(service?.changes ?? USUAL_CHANGES, view.proposal.plan.tier);
}
