import type { Action, ServiceAccess } from './access.ts';
import { type Asking, type Refusal, refusalOf } from './asking.ts';
import { type ChangeRules, ownApprovalCounts } from './change-rules.ts';
import { type Freeze, freezeAt } from './freeze.ts';
import type { Tier } from './tier.ts';

/** What is done about changes. `reject` is also how a requester takes their own proposal back. */
export const CHANGE_ACTIONS = [
  'propose',
  'approve',
  'reject',
  'break-glass',
  'stop-changes',
  'allow-changes',
] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** The change that is decided about. */
export interface AskedChange {
  readonly tier: Tier;
  readonly requester: string;
  readonly rules: ChangeRules;
}

/** Somebody wants to decide about a change, somewhere, at this moment. */
export interface ChangeAsking extends Omit<Asking, 'what' | 'service'> {
  readonly what: ChangeAction;
  /** Must be there for everything but the kill switch. */
  readonly service?: ServiceAccess;
  /** Must be there to approve, reject and break the glass. */
  readonly change?: AskedChange;
  readonly nowMs: number;
}

export type ChangeRefusal =
  | Refusal
  /** Decisions are made where others see them. */
  | { readonly reason: 'in-private' }
  | { readonly reason: 'own-change'; readonly tier: Tier }
  | { readonly reason: 'freeze'; readonly freeze: Freeze }
  | { readonly reason: 'nobody-breaks-glass'; readonly person: string }
  | { readonly reason: 'not-break-glass'; readonly holders: readonly string[]; readonly person: string };

/** What a role must allow at the least. */
const NEEDED: ReadonlyMap<ChangeAction, Action> = new Map([
  ['propose', 'diagnose'],
  ['approve', 'approve'],
  ['reject', 'approve'],
  ['break-glass', 'diagnose'],
  ['stop-changes', 'administer'],
  ['allow-changes', 'administer'],
]);

/**
 * Why a decision about a change does not count; undefined when it does. Deny by default: what is not known is refused.
 * The first of these that fails is told: person, workspace, place, role, channel; then whose change it is; then when.
 */
export function changeRefusal(asking: ChangeAsking): ChangeRefusal | undefined {
  const { what, who, where, access, ownWorkspace, service, change, nowMs } = asking;
  const isSwitch = what === 'stop-changes' || what === 'allow-changes';
  const needed = NEEDED.get(what);
  if (needed === undefined || (!isSwitch && service === undefined)) return { reason: 'unknown-action' };
  const withdraws = what === 'reject' && change !== undefined && change.requester === who.id;
  const byRole = refusalOf({
    who,
    where,
    what: withdraws ? 'diagnose' : needed,
    ...(service && { service }),
    access,
    ownWorkspace,
  });
  if (byRole !== undefined) return byRole;
  if (where.kind === 'direct-message') return { reason: 'in-private' };
  if (isSwitch || what === 'propose') return undefined;
  if (change === undefined) return { reason: 'unknown-action' };
  if (what === 'reject') return undefined;
  return what === 'break-glass' ? glassRefusal(asking, change) : approvalRefusal(who.id, change, nowMs);
}

function approvalRefusal(person: string, change: AskedChange, nowMs: number): ChangeRefusal | undefined {
  const { tier, requester, rules } = change;
  if (person === requester && !ownApprovalCounts(rules, tier)) return { reason: 'own-change', tier };
  const freeze = freezeAt(rules.freezes, nowMs);
  return freeze && { reason: 'freeze', freeze };
}

/** It is meant for the freeze and for the lone person on call: neither of them stops it. */
function glassRefusal({ who }: ChangeAsking, { rules }: AskedChange): ChangeRefusal | undefined {
  const holders = rules.breakGlass;
  if (holders.length === 0) return { reason: 'nobody-breaks-glass', person: who.id };
  if (holders.includes(who.id) || who.groups?.some(group => holders.includes(group))) return undefined;
  if (who.groups === undefined && holders.some(id => id.startsWith('S')))
    return { reason: 'groups-unknown', needed: 'approver' };
  return { reason: 'not-break-glass', holders, person: who.id };
}
