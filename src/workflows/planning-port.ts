import type { AdviceMaterial } from '../advice/service-advice.ts';
import type { PlanRequest } from './change-ports.ts';
import type { HelperAnswer, HelperState } from './remediation-ports.ts';

/** What the watch has kept of a service; empty where it has not seen it yet. */
export type WatchedMaterial = Pick<AdviceMaterial, 'lives' | 'traffic' | 'growth'>;

/** What the helper of one server said of the unit, or why it did not. */
export interface HelperSaid {
  readonly server: string;
  readonly answer: HelperAnswer<HelperState & { readonly hostKey: string }>;
}

/** A change that is wanted, with what was asked of helpers and read from the state for it. Plain data. */
export interface PlanningRequest extends PlanRequest {
  readonly said: readonly HelperSaid[];
  readonly watched: WatchedMaterial;
}
