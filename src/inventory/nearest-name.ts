/** Longer names are not compared: a suggestion for them would be a guess, and the cost grows with the square. */
const LONGEST_COMPARED = 64;

/**
 * Number of single-letter slips (missing, added, changed or swapped letters) between two words: the optimal
 * string alignment distance.
 */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, beforePrevious[column - 2]! + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * The names a person may have meant by `wanted`, the likeliest first, at most three. A name counts when about
 * one letter in three differs, or when one of the two begins with the other ("check" for "checkout").
 */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const asked = wanted.toLowerCase();
  if (asked === '' || asked.length > LONGEST_COMPARED) return [];
  const allowed = Math.max(1, Math.floor(asked.length / 3));
  const near: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const known = name.toLowerCase();
    if (known.length > LONGEST_COMPARED) continue;
    const distance = editDistance(asked, known);
    const begins =
      asked.length >= 3 && known.length >= 3 && (known.startsWith(asked) || asked.startsWith(known));
    if (distance <= allowed || begins) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, 3).map(entry => entry.name);
}
