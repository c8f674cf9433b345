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
  /** What of the service cannot be watched, in sentences. */
  readonly gaps?: readonly string[];
  /** Servers that do not answer: their workers are as they were then, or missing. */
  readonly silent?: readonly { readonly server: string; readonly sinceMs: number }[];
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

/** What a person wants to hear no more of, and until when: at least one of both ends. */
export interface SnoozeWish {
  /** Id of the person. */
  readonly by: string;
  readonly untilMs?: number;
  /** Until the earliest arrival is nearer than this. */
  readonly untilLeftMs?: number;
  /** In their words. */
  readonly reason?: string;
  readonly atMs: number;
}

/**
 * Puts warnings to sleep and wakes them. The warning is kept with the severity of that moment (`Snooze`), and its
 * message is edited with it. Answers undefined for a warning that is not kept any more.
 */
export interface Snoozing {
  snooze(warningId: string, wish: SnoozeWish): Promise<Warning | undefined>;
  wake(warningId: string, by: Pick<SnoozeWish, 'by' | 'atMs'>): Promise<Warning | undefined>;
  find(warningId: string): Promise<Warning | undefined>;
}
