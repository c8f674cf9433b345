import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { UnitHistory } from '../growth/unit-history.ts';

/** What the watch tells as soon as it sees it. All times are epoch ms by our clock. */
export type WatchEvent = KillSeen | BurstSeen | ServerSilent | ServerBack | GrowthJudged;

/** OOM kills that no log need show: a counter of the kernel rose between two samples. */
export interface KillSeen {
  readonly kind: 'kill-seen';
  readonly server: string;
  readonly service: string;
  readonly unit: string;
  readonly kills: number;
  /** The sample before and the one that showed it. */
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * `unit`: the unit's own counter rose. `slice`: the unit was restarted, which takes its counter away, and the
   * counter above it rose in the same minute: another unit of the slice may be meant.
   */
  readonly proof: 'unit' | 'slice';
  /** Seen by a process that may have ended before it told of it: whoever acts on kills does so once for each `toMs`. */
  readonly again?: true;
}

/** 502s beyond what is usual; said once for an outage, however long it lasts. */
export interface BurstSeen {
  readonly kind: 'burst-seen';
  /** Where NGINX logged them. */
  readonly server: string;
  readonly service: string;
  readonly http502: number;
  readonly requests: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rule: 'share' | 'jump';
}

/** A server does not answer; it is tried again, and nothing more is said until it does. */
export interface ServerSilent {
  readonly kind: 'server-silent';
  readonly server: string;
  /** Services that are not watched there meanwhile. */
  readonly services: readonly string[];
  readonly sinceMs: number;
  /** For people: what happened and what to try. */
  readonly detail: string;
}

export interface ServerBack {
  readonly kind: 'server-back';
  readonly server: string;
  readonly services: readonly string[];
  readonly sinceMs: number;
  readonly atMs: number;
}

/** What the analysis says of a service after each twenty minutes. */
export interface GrowthJudged {
  readonly kind: 'growth';
  readonly service: string;
  readonly growth: ServiceGrowth;
  /** What it was judged by: for the chart. */
  readonly units: readonly UnitHistory[];
}

/** What of a service cannot be watched on a server, and why: denied and absent are said, never guessed. */
export interface WatchGap {
  readonly server: string;
  readonly service: string;
  readonly what: 'workers' | 'memory' | 'kills' | 'requests' | 'read-script';
  readonly text: string;
}
