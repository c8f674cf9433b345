import type { RemedyId } from './plan.ts';
import { compareRates, type RateComparison } from './statistics.ts';
import type { CountedSpan } from './verification.ts';

/** Counts with the largest worker that was seen. */
export interface MeasuredSpan extends CountedSpan {
  readonly peakRssBytes?: number;
}

export const MEASURES = ['http502', 'oom-kills', 'restarts'] as const;
export type MeasureId = (typeof MEASURES)[number];

/** `too-little`: the data allow for better as well as for worse. */
export type MeasureVerdict = 'better' | 'same' | 'worse' | 'too-little';

/** One rate before and after, with how sure that is. */
export interface MeasureChange {
  readonly id: MeasureId;
  readonly verdict: MeasureVerdict;
  readonly beforeEvents: number;
  readonly afterEvents: number;
  /** Requests for `http502`, minutes for the others. */
  readonly beforeExposure: number;
  readonly afterExposure: number;
  /** Absent when there was nothing to compare with. */
  readonly comparison?: RateComparison;
}

export interface Outcome {
  /** Of what the change was made for. `not-measured`: nobody watched before or after. */
  readonly verdict: 'better' | 'same' | 'worse' | 'too-little-traffic' | 'not-measured';
  /** What the verdict rests on. */
  readonly decidedBy?: MeasureId;
  readonly measures: readonly MeasureChange[];
  readonly peak?: { readonly beforeBytes: number; readonly afterBytes: number };
  /** Workers that left after the change and were not killed: the price that is paid for fewer kills. */
  readonly plannedRecycles: number;
  readonly minutes: number;
}

/** Equal for every purpose, when the whole interval lies between these. */
const SAME_FROM = 0.5;
const SAME_TO = 2;
/** None before and none after says something from here on only. */
const ENOUGH_REQUESTS = 1_000;
const ENOUGH_MINUTES = 24 * 60;

/** What each remedy is for; the first that was seen at all before or after decides. */
const AIMS: Readonly<Record<RemedyId, readonly MeasureId[]>> = {
  recycling: ['oom-kills', 'http502'],
  'oom-policy': ['restarts', 'http502'],
  'memory-limits': ['oom-kills', 'http502'],
  'worker-count': ['oom-kills', 'http502'],
  'recycle-worker': ['oom-kills', 'http502'],
};

/**
 * What a change has come to: the same counts over a stretch before and one after. A measure that got worse makes the
 * verdict worse even where the aim was reached: what trades kills for 502s is no success.
 */
export function outcomeOf(remedy: RemedyId, before: MeasuredSpan, after: MeasuredSpan): Outcome {
  const measures = [
    measure('http502', [before.http502, before.requests], [after.http502, after.requests]),
    measure('oom-kills', [before.oomKills, before.minutes], [after.oomKills, after.minutes]),
    measure('restarts', [before.restarts, before.minutes], [after.restarts, after.minutes]),
  ];
  const of = (id: MeasureId) => measures.find(one => one.id === id);
  const worse = measures.find(one => one.verdict === 'worse');
  const aims = AIMS[remedy].flatMap(id => of(id) ?? []);
  const seen = aims.find(one => one.beforeEvents + one.afterEvents > 0) ?? aims[0];
  const decisive = worse ?? seen;
  const isMeasured = before.minutes > 0 && after.minutes > 0;
  return {
    verdict: isMeasured ? verdictOf(decisive) : 'not-measured',
    ...(isMeasured && decisive && { decidedBy: decisive.id }),
    measures,
    ...(before.peakRssBytes !== undefined &&
      after.peakRssBytes !== undefined && {
        peak: { beforeBytes: before.peakRssBytes, afterBytes: after.peakRssBytes },
      }),
    plannedRecycles: Math.max(0, after.workerEnds - after.oomKills),
    minutes: after.minutes,
  };
}

type Counted = readonly [events: number, exposure: number];

function measure(
  id: MeasureId,
  [beforeEvents, beforeExposure]: Counted,
  [afterEvents, afterExposure]: Counted,
): MeasureChange {
  const counts = { beforeEvents, beforeExposure, afterEvents, afterExposure };
  if (beforeExposure <= 0 || afterExposure <= 0) return { id, verdict: 'too-little', ...counts };
  const comparison = compareRates(counts);
  if (beforeEvents + afterEvents > 0) return { id, verdict: byInterval(comparison), ...counts, comparison };
  const enough = id === 'http502' ? ENOUGH_REQUESTS : ENOUGH_MINUTES;
  const isEnough = Math.min(beforeExposure, afterExposure) >= enough;
  return { id, verdict: isEnough ? 'same' : 'too-little', ...counts, comparison };
}

function byInterval({ from, to }: RateComparison): MeasureVerdict {
  if (to < 1) return 'better';
  if (from > 1) return 'worse';
  return from >= SAME_FROM && to <= SAME_TO ? 'same' : 'too-little';
}

function verdictOf(decisive: MeasureChange | undefined): Outcome['verdict'] {
  return decisive === undefined || decisive.verdict === 'too-little'
    ? 'too-little-traffic'
    : decisive.verdict;
}
