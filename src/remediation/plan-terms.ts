import type { ServerAdvice } from '../advice/service-advice.ts';
import type { ChangeRules } from '../policy/change-rules.ts';
import type { PlanTerms, Wish, WishOf } from './remedy.ts';

/** The server takes a change back that nobody confirms; verifying it takes seconds, but the app must have started. */
const CONFIRM_SECONDS = 300;
const CONFIRM_PER_BOOT_SECOND = 4;
const CONFIRM_SECONDS_AT_MOST = 1_800;

/** How a change is watched: by the rules of the service, and by when its first effect is due. */
export function planTerms(wish: Wish, rules: ChangeRules, advice?: ServerAdvice): PlanTerms {
  const { bootSeconds = 0, requestsPerSecondPerWorkerPeak: rate } = advice?.measure ?? {};
  return {
    ...(rules.healthUrl !== undefined && { healthUrl: rules.healthUrl }),
    watchMs: rules.watchForMs,
    ...(wish.remedy === 'recycling' &&
      rate !== undefined &&
      rate > 0 && { firstRecycleMs: (wish.maxRequests / rate) * 1000 }),
    confirmWithinSeconds: Math.min(
      CONFIRM_SECONDS_AT_MOST,
      CONFIRM_SECONDS + Math.ceil(CONFIRM_PER_BOOT_SECOND * bootSeconds),
    ),
  };
}

/** What the advice computed for this server, as a wish; undefined where it refuses or does not know yet. */
export function advisedRecycling({ recycling }: ServerAdvice): WishOf<'recycling'> | undefined {
  if (recycling.kind !== 'settings') return undefined;
  const { maxRequests, maxRequestsJitter } = recycling;
  return { remedy: 'recycling', maxRequests, maxRequestsJitter };
}
