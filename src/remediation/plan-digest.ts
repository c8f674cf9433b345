import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { ChangePlan, ServerPlan } from './plan.ts';

/** The text that the helper on the server is given and computes the digest of. */
export function serverPlanText(plan: ServerPlan): string {
  return canonicalJson(plan);
}

/** SHA-256 of the canonical JSON of one server's plan, lower-case hex: what the helper compares. */
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
