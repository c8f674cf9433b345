import type { ServerAdvice } from '../advice/service-advice.ts';
import type { ObservedUnit } from '../remediation/observed-unit.ts';
import type { RemedyId } from '../remediation/plan.ts';
import { advisedRecycling } from '../remediation/plan-terms.ts';
import type { Wish } from '../remediation/remedy.ts';
import { recyclingWords } from '../report/recycling-words.ts';

/** One server of a service, as far as it could be looked at. */
export interface LookedAt {
  readonly server: string;
  readonly unit: ObservedUnit;
  readonly advice?: ServerAdvice;
}

export type WantedSettings =
  | { readonly wish: Wish }
  /** Nothing says which numbers: why, and those to choose, as they are now; 0 where nobody knows. */
  | { readonly reason: string; readonly now: Readonly<Record<string, number>> };

/** Share of the memory that is there for the service at most, when nobody said how much. */
const SHARE_OF_HOST = 0.8;
/** The kernel slows a service down before it kills. */
const SLOW_FROM = 0.9;

/**
 * What helps most at once: an outage by policy is worse than a kill, and ended without a restart of anything. Then the
 * recycling of what grows.
 */
export function firstRemedy(servers: readonly LookedAt[]): RemedyId {
  return servers.some(({ unit }) => unit.oomPolicy === 'stop' || unit.oomPolicy === 'kill')
    ? 'oom-policy'
    : 'recycling';
}

/** What a remedy is to set on one server: what a person chose, else what was computed. */
export function wantedSettings(
  remedy: RemedyId,
  chosen: Readonly<Record<string, number>>,
  looked: LookedAt,
): WantedSettings {
  switch (remedy) {
    case 'recycling':
      return recyclingWanted(chosen, looked);
    case 'oom-policy':
      return { wish: { remedy } };
    case 'memory-limits':
      return limitsWanted(chosen, looked);
    case 'worker-count':
      return workersWanted(chosen, looked);
    case 'recycle-worker': {
      const largest = looked.unit.workers.toSorted((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0))[0];
      if (!largest) return { reason: `No worker runs on ${looked.server}.`, now: {} };
      const { pid, startTicks } = largest;
      return { wish: { remedy, pid, startTicks } };
    }
  }
}

function recyclingWanted(
  { maxRequests, maxRequestsJitter }: Readonly<Record<string, number>>,
  { server, advice }: LookedAt,
): WantedSettings {
  if (maxRequests !== undefined && maxRequestsJitter !== undefined)
    return { wish: { remedy: 'recycling', maxRequests, maxRequestsJitter } };
  const advised = advice && advisedRecycling(advice);
  if (advised) return { wish: advised };
  const why = advice === undefined ? 'it could not be read.' : recyclingWords(advice.recycling);
  const canChoose = advice?.recycling.kind === 'not-yet';
  return {
    reason: `No numbers could be computed for ${server}: ${why}${canChoose ? ' Whoever knows the service can say them.' : ''}`,
    now: canChoose ? { maxRequests: 0, maxRequestsJitter: 0 } : {},
  };
}

function limitsWanted(
  { memoryMaxBytes, memoryHighBytes }: Readonly<Record<string, number>>,
  { server, unit }: LookedAt,
): WantedSettings {
  if (memoryMaxBytes !== undefined)
    return {
      wish: {
        remedy: 'memory-limits',
        memoryMaxBytes,
        ...(memoryHighBytes !== undefined && { memoryHighBytes }),
      },
    };
  const { memoryMaxBytes: max, memoryCurrentBytes: used, hostAvailableBytes: left } = unit;
  const most = max ?? (used !== undefined && left !== undefined ? (used + left) * SHARE_OF_HOST : undefined);
  if (most === undefined)
    return { reason: `How much memory ${server} has for the service could not be read.`, now: {} };
  return {
    wish: {
      remedy: 'memory-limits',
      memoryMaxBytes: Math.floor(most),
      memoryHighBytes: Math.floor(most * SLOW_FROM),
    },
  };
}

function workersWanted(
  { workers }: Readonly<Record<string, number>>,
  { server, unit, advice }: LookedAt,
): WantedSettings {
  if (workers !== undefined) return { wish: { remedy: 'worker-count', workers } };
  const recycling = advice?.recycling;
  if (
    recycling?.kind === 'refused' &&
    recycling.reason === 'memory-too-small' &&
    recycling.workersThatFit > 0
  )
    return { wish: { remedy: 'worker-count', workers: recycling.workersThatFit } };
  return {
    reason: `Nothing says that ${server} should run another number of workers: memory holds those that it has.`,
    now: { workers: unit.workers.length },
  };
}
