import { TIERS, type Tier } from '../policy/tier.ts';
import type { ChangePlan, ServerPlan } from './plan.ts';

/** The most important of the tiers; production when nothing is known. */
export function highestTier(tiers: readonly Tier[]): Tier {
  return TIERS.find(tier => tiers.includes(tier)) ?? 'production';
}

/**
 * One change over several servers, in the order given: the first is the one that shows whether it is good. Undefined
 * when there is no plan, or when they are not all of one service and one remedy.
 */
export function changePlan(plans: readonly ServerPlan[], tiers: readonly Tier[]): ChangePlan | undefined {
  const [first] = plans;
  if (first === undefined) return undefined;
  const { service, remedy } = first;
  const isOne = plans.every(plan => plan.service === service && plan.remedy === remedy);
  const isOnce = new Set(plans.map(plan => plan.server)).size === plans.length;
  return isOne && isOnce ? { service, tier: highestTier(tiers), remedy, servers: plans } : undefined;
}
