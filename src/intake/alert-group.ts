import type { Alert, AlertState } from './alert.ts';

/** All alerts about one outage of one service: one thread, however many they are. */
export interface AlertGroup {
  readonly service: string;
  /** The incident whose thread tells of it; absent while there is none. */
  readonly incidentId?: string;
  /** `firing` while any of its alerts does. */
  readonly state: AlertState;
  readonly openedAtMs: number;
  readonly resolvedAtMs?: number;
  /** When anything was last heard of it, repeats too. */
  readonly heardAtMs: number;
  /** How often it came back after it was over. */
  readonly comebacks: number;
  /** In the order in which they came; at most `MOST_TRACKED`. */
  readonly alerts: readonly GroupedAlert[];
  /** Further ones, beyond those: heard of, but not followed. */
  readonly untracked: number;
  /** Something changed that people were not told yet. */
  readonly untold: boolean;
  /** When people were last told anything. */
  readonly toldAtMs: number;
  /** When they were last told by a message of its own, rather than by an edit, that it is over. */
  readonly endSaidAtMs?: number;
}

/** What is kept of an alert. Masked before it is put here. */
export interface GroupedAlert {
  /** Source and fingerprint: the same alert, however often it is told. */
  readonly key: string;
  readonly name: string;
  readonly summary?: string;
  /** The registered server it names. */
  readonly server?: string;
  readonly state: AlertState;
  readonly startsAtMs: number;
  readonly changedAtMs: number;
}

/** An alert about a service, masked. */
export type PlacedAlert = Pick<
  Alert,
  'source' | 'fingerprint' | 'name' | 'summary' | 'state' | 'startsAtMs'
> & {
  readonly service: string;
  readonly server?: string;
};

/** What an alert did to the group of its service, and why. */
export type AlertEffect =
  | { readonly step: 'opened'; readonly reason: 'first-alert' | 'long-quiet' | 'old-one-fell-silent' }
  | { readonly step: 'reopened'; readonly reason: 'again-within-half-an-hour' }
  | { readonly step: 'joined'; readonly reason: 'another-alert' | 'one-came-back' }
  | { readonly step: 'eased'; readonly reason: 'others-still-fire' }
  | { readonly step: 'ended'; readonly reason: 'the-last-one-ended' }
  | {
      readonly step: 'ignored';
      readonly reason:
        | 'known-already'
        | 'older-than-what-is-known'
        | 'over-and-never-seen'
        | 'too-many-to-follow';
    };

/** What comes again within this time is the same outage. */
const SAME_OUTAGE_MS = 30 * 60_000;
/** Alertmanager repeats what goes on every four hours; of what is not repeated in three times that, nothing is known. */
const SILENT_MS = 12 * 3_600_000;
/** Ten thousand hosts that fail at once are one outage too; its list must fit into a row and a message. */
export const MOST_TRACKED = 1_000;

/** What an alert makes of the last group of its service. */
export function withAlert(
  group: AlertGroup | undefined,
  alert: PlacedAlert,
  nowMs: number,
): { readonly group: AlertGroup | undefined; readonly effect: AlertEffect } {
  const firing = alert.state === 'firing';
  if (group === undefined || isPast(group, nowMs)) {
    if (!firing) return { group, effect: { step: 'ignored', reason: 'over-and-never-seen' } };
    const reason =
      group === undefined ? 'first-alert' : group.state === 'firing' ? 'old-one-fell-silent' : 'long-quiet';
    return { group: newGroup(alert, nowMs), effect: { step: 'opened', reason } };
  }
  const key = keyOf(alert);
  const known = group.alerts.find(other => other.key === key);
  const heard = { ...group, heardAtMs: Math.max(group.heardAtMs, nowMs) };
  const ignored = (
    reason: Extract<AlertEffect, { step: 'ignored' }>['reason'],
    kept: AlertGroup = heard,
  ) => ({
    group: kept,
    effect: { step: 'ignored', reason } as const,
  });
  if (known === undefined && !firing) return ignored('over-and-never-seen', group);
  if (known === undefined && group.alerts.length >= MOST_TRACKED)
    return ignored('too-many-to-follow', { ...heard, untracked: group.untracked + 1, untold: true });
  if (known !== undefined && alert.startsAtMs < known.startsAtMs)
    return ignored('older-than-what-is-known', group);
  if (known?.state === alert.state) return ignored('known-already');

  const alerts = [
    ...group.alerts.filter(other => other !== known),
    groupedOf(alert, firing ? alert.startsAtMs : (known?.startsAtMs ?? alert.startsAtMs), nowMs),
  ];
  const state = alerts.some(other => other.state === 'firing') ? 'firing' : 'resolved';
  const changed: AlertGroup = { ...heard, alerts, state, untold: true };
  if (firing && group.state === 'resolved') {
    const { resolvedAtMs: _, ...open } = changed;
    return {
      group: { ...open, comebacks: group.comebacks + 1 },
      effect: { step: 'reopened', reason: 'again-within-half-an-hour' },
    };
  }
  if (firing)
    return {
      group: changed,
      effect: { step: 'joined', reason: known === undefined ? 'another-alert' : 'one-came-back' },
    };
  return state === 'firing'
    ? { group: changed, effect: { step: 'eased', reason: 'others-still-fire' } }
    : {
        group: { ...changed, resolvedAtMs: nowMs },
        effect: { step: 'ended', reason: 'the-last-one-ended' },
      };
}

/** True when what comes now is another outage. */
export function isPast(group: AlertGroup, nowMs: number): boolean {
  return group.state === 'resolved'
    ? nowMs - (group.resolvedAtMs ?? group.heardAtMs) > SAME_OUTAGE_MS
    : nowMs - group.heardAtMs > SILENT_MS;
}

/** Servers and states of a group, counted, for whoever tells of it. */
export function countsOf(group: AlertGroup): {
  readonly firing: number;
  readonly resolved: number;
  readonly servers: readonly string[];
} {
  const firing = group.alerts.filter(alert => alert.state === 'firing').length;
  const servers = new Set(group.alerts.flatMap(({ server }) => server ?? []));
  return { firing, resolved: group.alerts.length - firing, servers: [...servers].sort() };
}

export function keyOf({ source, fingerprint }: Pick<Alert, 'source' | 'fingerprint'>): string {
  return `${source}/${fingerprint}`;
}

function newGroup(alert: PlacedAlert, nowMs: number): AlertGroup {
  return {
    service: alert.service,
    state: 'firing',
    openedAtMs: nowMs,
    heardAtMs: nowMs,
    comebacks: 0,
    alerts: [groupedOf(alert, alert.startsAtMs, nowMs)],
    untracked: 0,
    untold: true,
    toldAtMs: 0,
  };
}

function groupedOf(alert: PlacedAlert, startsAtMs: number, changedAtMs: number): GroupedAlert {
  const { name, summary, server, state } = alert;
  return {
    key: keyOf(alert),
    name,
    ...(summary !== undefined && { summary }),
    ...(server !== undefined && { server }),
    state,
    startsAtMs,
    changedAtMs,
  };
}
