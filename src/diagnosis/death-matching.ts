import { shareDeaths } from './contested-deaths.ts';
import { DeathReach } from './death-reach.ts';
import type { Failure } from './failures.ts';
import { NONE, nearestDeaths } from './nearest-death.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/**
 * Ties failures to the deaths they follow from, the nearest pairs first (of two equally near deaths the earlier), and as
 * many as can be; one death explains at most as many requests as its worker had threads, where that is known. Failures
 * are sorted by time, deaths may come in any order.
 */
export function matchDeaths(
  failures: readonly Failure[],
  deaths: readonly WorkerDeath[],
  threads: ReadonlyMap<string, number | undefined>,
  match: (failure: Failure, death: WorkerDeath) => void,
): void {
  const reach = new DeathReach(deaths.toSorted((a, b) => a.at.epochMs - b.at.epochMs));
  const places = reach.deaths.map(death => threads.get(death.server) ?? Number.POSITIVE_INFINITY);
  const tie = (those: readonly Failure[], found: Int32Array) => {
    for (let at = 0; at < found.length; at++) {
      const death = found[at] as number;
      if (death !== NONE) match(those[at] as Failure, reach.deaths[death] as WorkerDeath);
    }
  };
  const nearest = nearestDeaths(failures, reach);
  // The nearest pairs first: where all find room at their nearest death, no other order would change anything.
  if (haveRoom(places, nearest)) {
    tie(failures, nearest);
  } else {
    const direct = failures.filter((_, at) => nearest[at] !== NONE);
    tie(direct, shareDeaths(direct, reach, places));
  }
}

/** Whether no death is given more failures than it has places for. */
function haveRoom(places: readonly number[], given: Int32Array): boolean {
  const used = new Int32Array(places.length);
  for (const death of given)
    if (death !== NONE && ++(used[death] as number) > (places[death] as number)) return false;
  return true;
}
