import type { UpstreamFault } from '../signals/signal.ts';
import type { Failure } from './failures.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** A direct effect of a death is logged from one second before to three after it, plus the doubt of the clocks. */
const DIRECT_BEFORE_MS = 1_000;
const DIRECT_AFTER_MS = 3_000;

/** What NGINX logs when the process at the other end is suddenly gone. */
export const DIRECT: ReadonlySet<UpstreamFault> = new Set([
  'closed-before-header',
  'closed-mid-body',
  'reset-before-header',
  'reset-mid-body',
  'broken-while-sending',
]);

/** What a failure can be the effect of: a death of any cause, or only of a time-out, where the worker itself answers 500. */
type DirectEffect = 'of-any-death' | 'of-time-out';

/** Undefined where no death has such effects. A 502 whose error line nobody could read may be one as well. */
export function directEffectOf({ fault, status, fromUpstream }: Failure): DirectEffect | undefined {
  const ofAny = fault === undefined ? status === 502 && !fromUpstream : DIRECT.has(fault);
  if (ofAny) return 'of-any-death';
  return status === 500 ? 'of-time-out' : undefined;
}

/**
 * Which failures could follow from which of several deaths. Deaths are named by their place in the list, and what is
 * compared of them stands in columns: each failure is compared with every death near it.
 */
export class DeathReach {
  readonly deaths: readonly WorkerDeath[];
  readonly atMs: Float64Array;
  /** A second outside of these follows only where the clock of the failure is in doubt. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** The farthest that any of the deaths reaches. */
  readonly mostBeforeMs: number;
  readonly mostAfterMs: number;
  readonly #servers: readonly string[];

  constructor(deaths: readonly WorkerDeath[]) {
    this.deaths = deaths;
    this.atMs = new Float64Array(deaths.length);
    this.fromMs = new Float64Array(deaths.length);
    this.toMs = new Float64Array(deaths.length);
    let [beforeMs, afterMs] = [0, 0];
    for (let place = 0; place < deaths.length; place++) {
      const { at, noticedLateMs } = deaths[place] as WorkerDeath;
      const earlyMs = DIRECT_BEFORE_MS + noticedLateMs + at.toleranceMs;
      const lateMs = DIRECT_AFTER_MS + at.toleranceMs;
      this.atMs[place] = at.epochMs;
      this.fromMs[place] = at.epochMs - earlyMs;
      this.toMs[place] = at.epochMs + lateMs;
      beforeMs = Math.max(beforeMs, earlyMs);
      afterMs = Math.max(afterMs, lateMs);
    }
    this.mostBeforeMs = beforeMs;
    this.mostAfterMs = afterMs;
    this.#servers = deaths.map(death => death.server);
  }

  /** Whether a failure could follow from a death. It counts by the second it stands in, as logs print it. */
  holds(place: number, failure: Failure, effect = directEffectOf(failure)): boolean {
    const second = Math.floor(failure.atMs / 1000) * 1000;
    if (second + failure.toleranceMs < (this.fromMs[place] as number)) return false;
    if (second - failure.toleranceMs > (this.toMs[place] as number)) return false;
    if (failure.appServer !== undefined && failure.appServer !== this.#servers[place]) return false;
    if (effect === 'of-time-out') return this.deaths[place]?.cause === 'worker-timeout';
    return effect === 'of-any-death';
  }
}
