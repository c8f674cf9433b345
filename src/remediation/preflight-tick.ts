import type { ServerAdvice } from '../advice/service-advice.ts';
import type { ObservedUnit } from './observed-unit.ts';
import type { ServerPlan } from './plan.ts';

/** What is looked at before anybody is asked. */
export type TickId =
  | 'running'
  | 'owned-by-others'
  | 'disk-space'
  | 'unit-drift'
  | 'settings-not-loaded'
  | 'next-start-differs'
  | 'reload-command'
  | 'restart-cost'
  | 'start-limit'
  | 'ephemeral-unit'
  | 'lost-requests'
  | 'one-worker'
  | 'jitter'
  | 'preload'
  | 'boot-time'
  | 'reload-room'
  | 'memory-sum'
  | 'server-check';

/** One thing that was looked at. `block`: with it nothing is applied; `warn`: whoever approves must know it. */
export interface Tick {
  readonly id: TickId;
  readonly state: 'ok' | 'warn' | 'block';
  /** One or two sentences: what was found, and at `warn` and `block` what it would do or what to do first. */
  readonly text: string;
}

/** All that a change is judged by before it is proposed. What is absent is not known, and is taken at its worst. */
export interface PreflightMaterial {
  readonly unit: ObservedUnit;
  readonly plan: Pick<ServerPlan, 'remedy' | 'settings' | 'changes' | 'activation' | 'verification'>;
  /** Of this server: whether recycling is safe, how large workers are, what the review found. */
  readonly advice?: ServerAdvice;
  /** The shortest time that NGINX in front waits for an answer. */
  readonly readTimeoutMs?: number;
  readonly preload?: boolean;
}

export const tick = (id: TickId, state: Tick['state'], text: string): Tick => ({ id, state, text });
