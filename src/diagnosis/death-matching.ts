import type { UpstreamFault } from '../signals/signal.ts';
import type { Failure } from './failures.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** A direct effect of a death is logged from one second before to three after it, plus the doubt of the clocks. */
const DIRECT_BEFORE_MS = 1_000;
const DIRECT_AFTER_MS = 3_000;

/** What NGINX logs when the process at the other end is suddenly gone. */
export const DIRECT: ReadonlySet<UpstreamFault> = new Set([
  'closed-before-header',
  'closed-mid-body',
  'reset-before-header',
  'reset-mid-body',
  'broken-while-sending',
]);

/**
 * Ties failures to the deaths they follow from, the nearest pairs first, and as many as can be; one death explains at most as many
 * requests as its worker had threads, where that is known. Failures are sorted by time.
 */
export function matchDeaths(
  failures: readonly Failure[],
  deaths: readonly WorkerDeath[],
  threads: ReadonlyMap<string, number | undefined>,
  match: (failure: Failure, death: WorkerDeath) => void,
): void {
  const able = failures.filter(couldBeDirect);
  const doubtMs = able.reduce((most, f) => Math.max(most, f.toleranceMs), 0) + 1_000;
  const reaches = deaths.map(death => ({
    death,
    fromMs: death.at.epochMs - DIRECT_BEFORE_MS - death.noticedLateMs - doubtMs - death.at.toleranceMs,
    toMs: death.at.epochMs + DIRECT_AFTER_MS + doubtMs + death.at.toleranceMs,
  }));
  const rivals = overlaps(reaches);
  const pairs = reaches.flatMap(({ death, fromMs, toMs }, i) => {
    // Rivals can take at most this many of the nearer failures: no farther one can ever be this death's.
    const most = (threads.get(death.server) ?? Number.POSITIVE_INFINITY) * (1 + (rivals[i] as number));
    return nearest(able, death, fromMs, toMs, most);
  });
  pairs.sort((a, b) => a.distanceMs - b.distanceMs);
  const places = (death: WorkerDeath) => threads.get(death.server) ?? Number.POSITIVE_INFINITY;
  const used = new Map<WorkerDeath, number>();
  const found = new Map<Failure, WorkerDeath>();
  for (const { failure, death } of pairs) {
    const count = used.get(death) ?? 0;
    if (found.has(failure) || count >= places(death)) continue;
    used.set(death, count + 1);
    found.set(failure, death);
  }
  const open = deaths.filter(death => (used.get(death) ?? 0) < Math.min(places(death), MOST_PLACES));
  if (open.length > 0 && found.size < able.length) {
    const fits = Map.groupBy(pairs, pair => pair.death);
    for (const death of open) {
      for (let free = places(death) - (used.get(death) ?? 0); free > 0; free--)
        if (!moveUp(death, fits, found)) break;
    }
  }
  for (const [failure, death] of found) match(failure, death);
}

/** Event-driven workers have no known number of places: nothing is ever left over beside them. */
const MOST_PLACES = 1_000;
/** Chains longer than this belong to no incident that a person could follow. */
const LONGEST_CHAIN = 200;

/**
 * Kills in quick succession: the nearest pairs may leave a death and a failure over at the two ends of a row. If
 * every failure between moves to the next death that it fits as well, both are explained.
 */
function moveUp(
  death: WorkerDeath,
  fits: ReadonlyMap<WorkerDeath, readonly Pair[]>,
  found: Map<Failure, WorkerDeath>,
  seen = new Set<Failure>(),
): boolean {
  for (const { failure } of fits.get(death) ?? []) {
    if (seen.has(failure) || seen.size > LONGEST_CHAIN || found.get(failure) === death) continue;
    seen.add(failure);
    const holder = found.get(failure);
    if (holder !== undefined && !moveUp(holder, fits, found, seen)) continue;
    found.set(failure, death);
    return true;
  }
  return false;
}

interface Pair {
  readonly failure: Failure;
  readonly death: WorkerDeath;
  readonly distanceMs: number;
}

/** Up to `most` failures that could follow from a death, the nearest first. */
function nearest(
  failures: readonly Failure[],
  death: WorkerDeath,
  fromMs: number,
  toMs: number,
  most: number,
): Pair[] {
  const pairs: Pair[] = [];
  let after = firstAtOrAfter(failures, death.at.epochMs);
  let before = after - 1;
  while (pairs.length < most) {
    const early = failures[before];
    const late = failures[after];
    const earlyMs = early !== undefined && early.atMs >= fromMs ? death.at.epochMs - early.atMs : undefined;
    const lateMs = late !== undefined && late.atMs <= toMs ? late.atMs - death.at.epochMs : undefined;
    if (earlyMs === undefined && lateMs === undefined) break;
    const takeLate = earlyMs === undefined || (lateMs !== undefined && lateMs <= earlyMs);
    const failure = (takeLate ? late : early) as Failure;
    if (takeLate) after++;
    else before--;
    if (couldFollow(failure, death))
      pairs.push({ failure, death, distanceMs: (takeLate ? lateMs : earlyMs) as number });
  }
  return pairs;
}

/** For each reach the number of other reaches that overlap it. */
function overlaps(reaches: readonly { readonly fromMs: number; readonly toMs: number }[]): readonly number[] {
  const starts = Float64Array.from(reaches, r => r.fromMs).sort();
  const ends = Float64Array.from(reaches, r => r.toMs).sort();
  return reaches.map(r => countBelow(starts, r.toMs, true) - countBelow(ends, r.fromMs, false) - 1);
}

function countBelow(sorted: Float64Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] as number;
    if (at < value || (inclusive && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first failure not before an instant. */
function firstAtOrAfter(failures: readonly Failure[], atMs: number): number {
  let low = 0;
  let high = failures.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((failures[middle] as Failure).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A 502 whose error line nobody could read may be direct; a 500 is what a timed-out worker answers itself. */
function couldBeDirect(failure: Failure): boolean {
  if (failure.fault) return DIRECT.has(failure.fault) || failure.status === 500;
  return failure.status === 500 || (failure.status === 502 && !failure.fromUpstream);
}

function couldFollow(failure: Failure, death: WorkerDeath): boolean {
  if (failure.appServer !== undefined && failure.appServer !== death.server) return false;
  const aborted = death.cause === 'worker-timeout' && failure.status === 500;
  const unknownFault = failure.fault === undefined && !failure.fromUpstream && failure.status === 502;
  if (!aborted && !unknownFault && !(failure.fault && DIRECT.has(failure.fault))) return false;
  const doubtMs = failure.toleranceMs + death.at.toleranceMs;
  const second = Math.floor(failure.atMs / 1000) * 1000;
  return (
    second >= death.at.epochMs - DIRECT_BEFORE_MS - death.noticedLateMs - doubtMs &&
    second <= death.at.epochMs + DIRECT_AFTER_MS + doubtMs
  );
}
