import type { DeathReach } from './death-reach.ts';
import type { Failure } from './failures.ts';
import { NONE } from './nearest-death.ts';

/** Event-driven workers have no known number of places: nothing is ever left over beside them. */
const MOST_PLACES = 1_000;
/** Chains longer than this belong to no incident that a person could follow. */
const LONGEST_CHAIN = 200;

/** Failures that could follow from deaths, in columns: by their places in the two lists, those of one death together. */
interface Pairs {
  readonly failures: number[];
  readonly deaths: number[];
  readonly distancesMs: number[];
  /** Where the pairs of a death begin; those of the next one begin where they end. */
  readonly firsts: number[];
}

/**
 * For each failure the place of the death that it is tied to, or NONE: the nearest pairs first, and as many as can be,
 * where deaths have room for `places` failures only. Failures and deaths are sorted by time.
 */
export function shareDeaths(
  failures: readonly Failure[],
  reach: DeathReach,
  places: readonly number[],
): Int32Array {
  const pairs = pairsOf(failures, reach, places);
  const count = pairs.failures.length;
  // One number is sorted many times faster than an object: the distance, and below a millisecond the place in the list.
  const order = Float64Array.from(pairs.distancesMs, (ms, at) => Math.floor(ms) * count + at).sort();
  const used = new Int32Array(places.length);
  const found = new Int32Array(failures.length).fill(NONE);
  for (const key of order) {
    const failure = pairs.failures[key % count] as number;
    const death = pairs.deaths[key % count] as number;
    const taken = used[death] as number;
    if (found[failure] !== NONE || taken >= (places[death] as number)) continue;
    used[death] = taken + 1;
    found[failure] = death;
  }
  // Only a failure that fits a death and has none can make room further on.
  if (pairs.failures.some(failure => found[failure] === NONE)) {
    for (const [death, most] of places.entries()) {
      const taken = used[death] as number;
      if (taken >= Math.min(most, MOST_PLACES)) continue;
      for (let free = most - taken; free > 0; free--) if (!moveUp(death, pairs, found)) break;
    }
  }
  return found;
}

/**
 * Kills in quick succession: the nearest pairs may leave a death and a failure over at the two ends of a row. If
 * every failure between moves to the next death that it fits as well, both are explained.
 */
function moveUp(death: number, pairs: Pairs, found: Int32Array, seen = new Set<number>()): boolean {
  const end = pairs.firsts[death + 1] ?? pairs.failures.length;
  for (let at = pairs.firsts[death] as number; at < end; at++) {
    const failure = pairs.failures[at] as number;
    if (seen.has(failure) || seen.size > LONGEST_CHAIN || found[failure] === death) continue;
    seen.add(failure);
    const holder = found[failure] as number;
    if (holder !== NONE && !moveUp(holder, pairs, found, seen)) continue;
    found[failure] = death;
    return true;
  }
  return false;
}

/** The pairs that matter: of each death's those nearest to it, as many as its rivals can take and it has room for. */
function pairsOf(failures: readonly Failure[], reach: DeathReach, places: readonly number[]): Pairs {
  const doubtMs = failures.reduce((most, f) => Math.max(most, f.toleranceMs), 0) + 1_000;
  const fromMs = reach.fromMs.map(ms => ms - doubtMs);
  const toMs = reach.toMs.map(ms => ms + doubtMs);
  const rivals = overlaps(fromMs, toMs);
  const mostRoom = places.reduce((most, room) => Math.max(most, room), 0);
  const pairs: Pairs = { failures: [], deaths: [], distancesMs: [], firsts: [] };
  for (let death = 0; death < places.length; death++) {
    // Rivals can take at most this many of the nearer failures: no farther one can ever be this death's.
    const most = mostRoom * (1 + (rivals[death] as number));
    const within = { fromMs: fromMs[death] as number, toMs: toMs[death] as number };
    pairs.firsts.push(pairs.failures.length);
    addNearest(pairs, failures, reach, death, within, most);
  }
  return pairs;
}

/** Adds up to `most` failures that could follow from a death, the nearest first. */
function addNearest(
  pairs: Pairs,
  failures: readonly Failure[],
  reach: DeathReach,
  death: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  most: number,
): void {
  const atMs = reach.atMs[death] as number;
  let after = firstAtOrAfter(failures, atMs);
  let before = after - 1;
  for (let left = most; left > 0; ) {
    const early = failures[before];
    const late = failures[after];
    const earlyMs = early !== undefined && early.atMs >= fromMs ? atMs - early.atMs : undefined;
    const lateMs = late !== undefined && late.atMs <= toMs ? late.atMs - atMs : undefined;
    if (earlyMs === undefined && lateMs === undefined) break;
    const takeLate = earlyMs === undefined || (lateMs !== undefined && lateMs <= earlyMs);
    const failure = takeLate ? after++ : before--;
    if (!reach.holds(death, (takeLate ? late : early) as Failure)) continue;
    pairs.failures.push(failure);
    pairs.deaths.push(death);
    pairs.distancesMs.push((takeLate ? lateMs : earlyMs) as number);
    left--;
  }
}

/** For each reach the number of other reaches that overlap it. */
function overlaps(fromMs: Float64Array, toMs: Float64Array): Float64Array {
  const starts = fromMs.toSorted();
  const ends = toMs.toSorted();
  return toMs.map(
    (endMs, at) => countBelow(starts, endMs, true) - countBelow(ends, fromMs[at] as number, false) - 1,
  );
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
