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

/** What a warning's message is made of. */
export interface WarningView {
  readonly warning: Warning;
  /** Why it is told now; absent when a person's click changed it. */
  readonly telling?: GrowthTelling;
  /** Kills that were seen while the warning stood: what it warned of has come. */
  readonly kills: readonly { readonly server: string; readonly atMs: number; readonly kills: number }[];
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
