import type { Alert } from '../intake/alert.ts';
import type { AlertGroup } from '../intake/alert-group.ts';

/** What is kept of alerts: the last group of each service. Every method is durable when it resolves. */
export interface AlertGroups {
  /** The last group of a service; nobody else gets it until this transaction ends. Only within `atomically`. */
  hold(service: string): Promise<AlertGroup | undefined>;
  keep(group: AlertGroup): Promise<void>;
  /** The last group of a service, to look at. */
  find(service: string): Promise<AlertGroup | undefined>;
  /** Those that fire, the longest first. */
  firing(): Promise<readonly AlertGroup[]>;
  /** Services of whose groups people were not told everything. */
  untold(): Promise<readonly string[]>;
}

/** All that a source had when it was asked. */
export interface AlertList {
  readonly source: string;
  readonly firing: readonly Alert[];
  /** Fingerprints of all that are not over, silenced ones too. */
  readonly there: readonly string[];
  /** What came by other ways since then is newer than the list. */
  readonly askedAtMs: number;
}

/** Takes what monitoring tells. Implemented by `workflows/alert-intake.ts`; used by whatever receives alerts. */
export interface AlertSink {
  /**
   * Durable when it resolves: only then may the sender be told that its delivery was taken.
   *
   * @param deliveryKey names a signed delivery: the same one acts once
   */
  take(alerts: readonly Alert[], deliveryKey?: string): Promise<{ readonly duplicate: boolean }>;
  /** Takes all that a source has at one moment: what fired before and is not there any more is over. */
  takeAll(all: AlertList): Promise<void>;
}
