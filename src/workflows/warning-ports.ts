import type { GrowthEpisode, GrowthTelling } from '../growth/growth-episode.ts';
import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { Snooze } from '../growth/growth-hush.ts';
import type { Message } from './message.ts';

/** A warning of one service, as it is kept between two looks. */
export interface Warning {
  /** Of the incident whose root message the warning is. */
  readonly id: string;
  readonly service: string;
  readonly channel: string;
  readonly episode: GrowthEpisode;
  /** What the last look said: for the App Home, and for edits between two looks. */
  readonly growth: ServiceGrowth;
  readonly snooze?: Snooze & { readonly by: string; readonly reason?: string };
  /** Rises with every change. */
  readonly version: number;
  readonly changedAtMs: number;
}

/** Kills that one look at one server showed while a warning stood. */
export interface WarnedKill {
  readonly server: string;
  /** When they were seen, epoch ms. */
  readonly atMs: number;
  readonly kills: number;
}

/** What a warning's message is made of. */
export interface WarningView {
  readonly warning: Warning;
  /** Why it is told now; absent when a person's click changed it. */
  readonly telling?: GrowthTelling;
  /** Kills that were seen while the warning stood: what it warned of has come. */
  readonly kills: readonly WarnedKill[];
  /** Servers of the service that do not answer: their workers are not judged meanwhile. */
  readonly silent?: readonly { readonly server: string; readonly sinceMs: number }[];
  /** What of the service cannot be watched, in sentences. */
  readonly gaps?: readonly string[];
}

/** The words of growth warnings on one surface. Implemented by `handlers/slack/blocks`. Pure. */
export interface WarningWords {
  /** The one message of a service's warning: posted once, then edited. */
  warning(view: WarningView): Message;
  /** The reply that pings because it got worse: an edit pings nobody. */
  raised(view: WarningView): Message;
  /** The reply that ties a kill to the warning before it. */
  killed(view: WarningView): Message;
  /** The reply that says that it is over. */
  resolved(view: WarningView): Message;
}

/** Somebody was pinged: what the noise budget of a channel counts. */
export interface Ping {
  readonly channel: string;
  readonly service: string;
  readonly atMs: number;
}

/** How many pings a channel takes within a time. */
export interface PingBudget {
  readonly most: number;
  readonly sinceMs: number;
}

/**
 * Warnings of growth. Every method is durable when it resolves; a change is a compare-and-set on the version, so that
 * of several who look at one service at once, one tells.
 */
export interface Warnings {
  /** The newest warning of a service: one that is open, or one that is only remembered. */
  ofService(service: string): Promise<Warning | undefined>;
  find(id: string): Promise<Warning | undefined>;
  /** The newest warning of every service that has one. */
  newest(): Promise<readonly Warning[]>;
  /**
   * Keeps a new warning, version 1, for an incident that is there; undefined when one of the same service and the same
   * beginning is kept already.
   */
  open(warning: Omit<Warning, 'version'>): Promise<Warning | undefined>;
  /** Changes it from the version that was seen; undefined when it is of another version by now. */
  change(
    seen: Pick<Warning, 'id' | 'version'>,
    to: Pick<Warning, 'episode' | 'growth' | 'snooze' | 'changedAtMs'>,
  ): Promise<Warning | undefined>;
  /** False when the same kill is kept already. */
  addKill(id: string, kill: WarnedKill): Promise<boolean>;
  /** Oldest first. */
  kills(id: string): Promise<readonly WarnedKill[]>;
  /** Counts a ping; false, and not counted, when the channel's budget is used up. Over all processes. */
  ping(ping: Ping, budget: PingBudget): Promise<boolean>;
  /** How many pings a channel got since then. */
  pings(channel: string, sinceMs: number): Promise<number>;
}

/** The last look at every service, over processes and restarts: what is shown where nobody asks for an analysis. */
export interface GrowthLooks {
  keep(growth: ServiceGrowth): Promise<void>;
  all(): Promise<readonly ServiceGrowth[]>;
}

/** What a person does to a warning. Each answers with the warning as it is now; undefined when it is gone. */
export interface Snoozing {
  find(warningId: string): Promise<Warning | undefined>;
  snooze(
    warningId: string,
    by: {
      readonly by: string;
      readonly untilMs?: number;
      readonly untilLeftMs?: number;
      readonly reason?: string;
      readonly atMs: number;
    },
  ): Promise<Warning | undefined>;
  wake(warningId: string, by: { readonly by: string; readonly atMs: number }): Promise<Warning | undefined>;
}
