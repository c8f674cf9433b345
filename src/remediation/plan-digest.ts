import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { ChangePlan, ServerPlan } from './plan.ts';

/**
 * The text that the helper on the server is given and computes the digest of: the plan without the bytes that were seen
 * before, which it has itself and compares by their hash.
 */
export function serverPlanText(plan: ServerPlan): string {
  const changes = plan.changes.map(({ before, ...change }) => {
    const { base64: _, ...state } = before ?? {};
    return { ...change, before: before && state };
  });
  return canonicalJson({ ...plan, changes });
}

/** SHA-256 of {@link serverPlanText}, lower-case hex: what the helper compares. */
export function serverPlanDigest(plan: ServerPlan): string {
  return sha256(serverPlanText(plan));
}

/** SHA-256 of the canonical JSON of the whole plan, lower-case hex: what people approve. */
export function changePlanDigest(plan: ChangePlan): string {
  return sha256(canonicalJson(plan));
}

/** SHA-256 of text (as UTF-8) or bytes, lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
