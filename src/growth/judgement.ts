import { BUCKET_MS, type Envelope } from './envelope.ts';
import type { Severity, WorkerGrowth } from './growth-finding.ts';
import { growthWindow, type Shortage } from './growth-window.ts';
import { type Trend, trendOf } from './trend.ts';

const HOUR_MS = 3_600_000;
/** The median of the last three buckets stands for the middle one, and a bucket's low end for its begin. */
const LATENESS_MS = 1.9 * BUCKET_MS;

/** When growth is worth a message. Measured like the bounds of the trend. */
export const JUDGEMENT_RULE = {
  /** Steady growth has shown itself for hours: it may be told of early. */
  steadyEtaMs: 4.5 * HOUR_MS,
  /** Fast growth has little behind it: only when there is no time to wait. */
  fastEtaMs: 2.5 * HOUR_MS,
  criticalEtaMs: HOUR_MS,
  /** Share of the limit that is critical, however it came about. */
  criticalLevel: 0.9,
  /** Share of the limit at which reclaim and refused charges of the cgroup count. */
  pressureLevel: 0.8,
  /** Beyond this nothing is left of a warning. */
  settledEtaMs: 12 * HOUR_MS,
};

/** What the numbers say of one worker, before words. */
export interface Judgement {
  readonly severity: Severity;
  readonly rule: WorkerGrowth['rule'];
  readonly shortage?: Shortage;
  readonly trend?: Trend;
  /** The speed that the rule goes by, bytes per bucket; absent where nothing grows. */
  readonly speed?: number;
  /** The central estimate of the time left; 0 at the limit. */
  readonly etaMs?: number;
  /** Share of the limit that is used; absent where that says nothing. */
  readonly level?: number;
  /** Neither speed nor level leaves anything to warn of. */
  readonly settled: boolean;
}

/** What a worker has until its limit, in the measure of its envelope. */
export interface Room {
  readonly limitBytes: number;
  /** How full the limit is: what counts against it besides this worker, and the whole of it. */
  readonly level?: { readonly besideBytes: number; readonly wholeBytes: number };
  /** The cgroup was throttled or refused memory lately. */
  readonly pressed?: boolean;
}

/** Judges the first `count` buckets of an envelope. Without `room` only the trend can be told. */
export function judge(
  envelope: Envelope,
  room: Room | undefined,
  count: number = envelope.values.length,
): Judgement {
  const level = room?.level && levelOf(envelope, room.level, count);
  const pressing = level && pressingRule(level, room?.pressed === true);
  const window = growthWindow(envelope, count);
  const shared = level && { level: level.now };
  if (!window.enough) {
    const { shortage } = window;
    // A level needs no history; but a worker that is not heard of has no level either.
    return pressing === undefined || shortage === 'silent'
      ? { ...shared, severity: 'calm', rule: 'not-enough-data', shortage, settled: false }
      : { ...shared, severity: 'critical', rule: pressing, shortage, settled: false };
  }
  const trend = trendOf(window.values);
  const steady = growthBy('steady-growth', trend.steady, trend, room);
  const fast = growthBy('fast-growth', trend.fast, trend, room);
  const settled =
    !within(steady?.etaMs, JUDGEMENT_RULE.settledEtaMs) &&
    !within(fast?.etaMs, JUDGEMENT_RULE.settledEtaMs) &&
    pressing === undefined;
  const told = { ...shared, trend, settled };
  const due = [
    within(steady?.etaMs, JUDGEMENT_RULE.steadyEtaMs) ? steady : undefined,
    within(fast?.etaMs, JUDGEMENT_RULE.fastEtaMs) ? fast : undefined,
  ]
    .filter(growth => growth !== undefined)
    .sort((a, b) => (a.etaMs ?? 0) - (b.etaMs ?? 0))[0];
  if (due !== undefined && within(due.etaMs, JUDGEMENT_RULE.criticalEtaMs))
    return { ...told, ...due, severity: 'critical' };
  if (pressing !== undefined) return { ...told, ...(due ?? steady), severity: 'critical', rule: pressing };
  if (due !== undefined) return { ...told, ...due, severity: 'warning' };
  return { ...told, ...steady, severity: 'calm', rule: 'none' };
}

interface Growth {
  readonly rule: 'steady-growth' | 'fast-growth';
  readonly speed: number;
  readonly etaMs?: number;
}

function growthBy(
  rule: Growth['rule'],
  speed: number | undefined,
  { nowBytes }: Trend,
  room: Room | undefined,
): Growth | undefined {
  if (speed === undefined) return undefined;
  return { rule, speed, ...(room && { etaMs: timeLeftMs(room.limitBytes - nowBytes, speed) }) };
}

/** Time until `bytes` are filled at `speed` bytes per bucket, for a level that is as old as a trend's. */
export function timeLeftMs(bytes: number, speed: number): number {
  return Math.max(0, (bytes / speed) * BUCKET_MS - LATENESS_MS);
}

function within(etaMs: number | undefined, boundMs: number): boolean {
  return etaMs !== undefined && etaMs <= boundMs;
}

/** The last bucket's share of the limit, and the share that the last two both reach. */
function levelOf(
  { values }: Envelope,
  { besideBytes, wholeBytes }: NonNullable<Room['level']>,
  count: number,
): { readonly now: number; readonly held: number } | undefined {
  let at = count - 1;
  while (at >= 0 && Number.isNaN(values[at])) at--;
  if (at < 0) return undefined;
  const shareAt = (bucket: number) => ((values[bucket] ?? Number.NaN) + besideBytes) / wholeBytes;
  const before = shareAt(at - 1);
  return { now: shareAt(at), held: Number.isNaN(before) ? 0 : Math.min(shareAt(at), before) };
}

function pressingRule(
  level: { readonly now: number; readonly held: number },
  pressed: boolean,
): 'near-limit' | 'pressure' | undefined {
  if (level.held >= JUDGEMENT_RULE.criticalLevel) return 'near-limit';
  return pressed && level.now >= JUDGEMENT_RULE.pressureLevel ? 'pressure' : undefined;
}
