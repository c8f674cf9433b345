/** One alert as some monitoring tells it, whatever the form it came in. Times are epoch ms. */
export interface Alert {
  /** Who tells it: `alertmanager`, or the id of a mapping. */
  readonly source: string;
  /** The same for the same alert each time it is told, within its source. */
  readonly fingerprint: string;
  readonly state: AlertState;
  readonly name: string;
  readonly summary?: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly startsAtMs: number;
  readonly endsAtMs?: number;
}

export const ALERT_STATES = ['firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What a delivery holds, or why it is none that can be used: for whoever set up the sender. */
export type AlertReading =
  | {
      readonly ok: true;
      readonly alerts: readonly Alert[];
      /** How many the sender left out. */
      readonly leftOut: number;
      /** When the sender says that it was sent; absent where it does not say. */
      readonly sentAtMs?: number;
    }
  | { readonly ok: false; readonly problem: string };

/** All that a source has at one moment. */
export type AlertListReading =
  | {
      readonly ok: true;
      /** Those that people should hear of. */
      readonly firing: readonly Alert[];
      /** Fingerprints of all, those that somebody silenced too: they are not over. */
      readonly there: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

/** More of anything is no alert but an attack, or a mistake in the sender. */
export const MOST = { alerts: 5_000, labels: 64, labelName: 200, text: 1_000 } as const;

/** Labels in the order of their names; what is too long is cut, what is too many is left out. */
export function labelsOf(entries: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const kept = [...entries]
    .map(([name, value]) => [name.slice(0, MOST.labelName), value.slice(0, MOST.text)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return new Map(kept.slice(0, MOST.labels));
}
