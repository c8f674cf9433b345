import { type DeathReach, directEffectOf } from './death-reach.ts';
import type { Failure } from './failures.ts';

/** The place of no death. */
export const NONE = -1;

/**
 * For each failure the place of the nearest death that it could follow from, of two equally near ones the earlier;
 * NONE where there is none. Failures and deaths are sorted by time.
 */
export function nearestDeaths(failures: readonly Failure[], reach: DeathReach): Int32Array {
  const { atMs } = reach;
  const nearest = new Int32Array(failures.length).fill(NONE);
  let next = 0;
  for (let at = 0; at < failures.length; at++) {
    const failure = failures[at] as Failure;
    const effect = directEffectOf(failure);
    if (effect === undefined) continue;
    while ((atMs[next] as number) < failure.atMs) next++;
    // Whole milliseconds, and a failure counts by its second: it may lie up to one farther behind a death.
    let mostMs = reach.mostAfterMs + failure.toleranceMs + 1_000;
    for (let place = next - 1; place >= 0; place--) {
      const distanceMs = Math.floor(failure.atMs - (atMs[place] as number));
      if (distanceMs > mostMs) break;
      if (!reach.holds(place, failure, effect)) continue;
      nearest[at] = place;
      mostMs = distanceMs;
    }
    if (nearest[at] === NONE) mostMs = reach.mostBeforeMs + failure.toleranceMs + 1;
    for (let place = next; place < atMs.length; place++) {
      const distanceMs = Math.floor((atMs[place] as number) - failure.atMs);
      if (distanceMs >= mostMs) break;
      if (!reach.holds(place, failure, effect)) continue;
      nearest[at] = place;
      break;
    }
  }
  return nearest;
}
