import { SEVERITIES, type ServiceGrowth, type Severity } from './growth-finding.ts';

/** Somebody asked not to be told again for a while. */
export interface Snooze {
  /** How bad it was then: what is worse is told all the same. */
  readonly severity: Severity;
  /** Until a moment, epoch ms. */
  readonly untilMs?: number;
  /** Until the earliest arrival is nearer than this. Of both conditions the first to end it counts. */
  readonly untilLeftMs?: number;
}

/** What stands against a ping at this moment. */
export interface Hush {
  /** It is within the quiet hours of the channel. */
  readonly quietHours?: boolean;
  readonly snooze?: Snooze;
  /** The channel got as many pings lately as it is to get. */
  readonly channelBudget?: boolean;
}

/** How bad, as a number that rises. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/**
 * Why nobody may be pinged now; undefined when somebody may. Quiet hours and the channel's budget hold back warnings,
 * nothing critical.
 */
export function hushedBy(
  growth: ServiceGrowth,
  { quietHours, snooze, channelBudget }: Hush,
): 'quiet-hours' | 'snoozed' | 'channel-budget' | undefined {
  if (snooze !== undefined && isAsleep(growth, snooze)) return 'snoozed';
  if (growth.severity === 'critical') return undefined;
  if (quietHours === true) return 'quiet-hours';
  return channelBudget === true ? 'channel-budget' : undefined;
}

/** Whether a snooze still holds back what a look says. */
export function isAsleep(growth: ServiceGrowth, { severity, untilMs, untilLeftMs }: Snooze): boolean {
  if (severityRank(growth.severity) > severityRank(severity)) return false;
  if (untilMs !== undefined && growth.atMs >= untilMs) return false;
  const leftMs = growth.eta === undefined ? Number.POSITIVE_INFINITY : growth.eta.fromMs - growth.atMs;
  if (untilLeftMs !== undefined && leftMs < untilLeftMs) return false;
  return untilMs !== undefined || untilLeftMs !== undefined;
}
