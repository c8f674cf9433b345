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
    fromMs: death.at.epochMs - DIRECT_BEFORE_MS - death.noticedLateMs - doubtMs - death.at.toleranceMs,
    toMs: death.at.epochMs + DIRECT_AFTER_MS + doubtMs + death.at.toleranceMs,
  }));
  const rivals = overlaps(reaches);
  const places = deaths.map(death => threads.get(death.server) ?? Number.POSITIVE_INFINITY);
  const pairs: Pair[] = [];
  for (const [death, reach] of reaches.entries()) {
    // Rivals can take at most this many of the nearer failures: no farther one can ever be this death's.
    const most = (places[death] as number) * (1 + (rivals[death] as number));
    addNearest(pairs, able, deaths[death] as WorkerDeath, death, reach, most);
  }
  // Numbers are sorted many times faster than pairs: the distance, and below a millisecond the place in the list.
  const order = Float64Array.from(pairs, ({ distanceMs }, at) => Math.floor(distanceMs) * pairs.length + at);
  order.sort();
  const used = new Int32Array(deaths.length);
  const found = new Int32Array(able.length).fill(NONE);
  for (const place of order) {
    const { failure, death } = pairs[place % pairs.length] as Pair;
    const count = used[death] as number;
    if (found[failure] !== NONE || count >= (places[death] as number)) continue;
    used[death] = count + 1;
    found[failure] = death;
  }
  // Only a failure that fits a death and has none can make room further on.
  if (pairs.some(({ failure }) => found[failure] === NONE)) {
    const fits = Map.groupBy(pairs, pair => pair.death);
    for (const [death, most] of places.entries()) {
      const taken = used[death] as number;
      if (taken >= Math.min(most, MOST_PLACES)) continue;
      for (let free = most - taken; free > 0; free--) if (!moveUp(death, fits, found)) break;
    }
  }
  for (const [failure, death] of found.entries())
    if (death !== NONE) match(able[failure] as Failure, deaths[death] as WorkerDeath);
}

/** The place of no death. */
const NONE = -1;
/** Event-driven workers have no known number of places: nothing is ever left over beside them. */
const MOST_PLACES = 1_000;
/** Chains longer than this belong to no incident that a person could follow. */
const LONGEST_CHAIN = 200;

/**
 * Kills in quick succession: the nearest pairs may leave a death and a failure over at the two ends of a row. If
 * every failure between moves to the next death that it fits as well, both are explained.
 */
function moveUp(
  death: number,
  fits: ReadonlyMap<number, readonly Pair[]>,
  found: Int32Array,
  seen = new Set<number>(),
): boolean {
  for (const { failure } of fits.get(death) ?? []) {
    if (seen.has(failure) || seen.size > LONGEST_CHAIN || found[failure] === death) continue;
    seen.add(failure);
    const holder = found[failure] as number;
    if (holder !== NONE && !moveUp(holder, fits, found, seen)) continue;
    found[failure] = death;
    return true;
  }
  return false;
}

/** A failure that could follow from a death: their places in the two lists. */
interface Pair {
  readonly failure: number;
  readonly death: number;
  readonly distanceMs: number;
}

/** Adds up to `most` failures that could follow from a death, the nearest first. */
function addNearest(
  pairs: Pair[],
  failures: readonly Failure[],
  death: WorkerDeath,
  place: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  most: number,
): void {
  let after = firstAtOrAfter(failures, death.at.epochMs);
  let before = after - 1;
  for (let left = most; left > 0; ) {
    const early = failures[before];
    const late = failures[after];
    const earlyMs = early !== undefined && early.atMs >= fromMs ? death.at.epochMs - early.atMs : undefined;
    const lateMs = late !== undefined && late.atMs <= toMs ? late.atMs - death.at.epochMs : undefined;
    if (earlyMs === undefined && lateMs === undefined) break;
    const takeLate = earlyMs === undefined || (lateMs !== undefined && lateMs <= earlyMs);
    const failure = takeLate ? after++ : before--;
    if (!couldFollow((takeLate ? late : early) as Failure, death)) continue;
    pairs.push({ failure, death: place, distanceMs: (takeLate ? lateMs : earlyMs) as number });
    left--;
  }
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
