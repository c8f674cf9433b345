/**
 * The `share` quantile (0 to 1) of the numbers given, linear between neighbours as in R's type 7; NaN of none.
 * Quickselect on a copy: the statistics here ask for a median of hundreds of slopes at each decision.
 */
export function quantile(numbers: ArrayLike<number>, share: number): number {
  const count = numbers.length;
  if (count === 0) return Number.NaN;
  const work = Float64Array.from(numbers);
  const position = share * (count - 1);
  const below = Math.floor(position);
  const low = select(work, below);
  if (position === below) return low;
  // After the selection everything behind `below` is at least as large: the next one is their smallest.
  let high = Number.POSITIVE_INFINITY;
  for (let at = below + 1; at < count; at++) high = Math.min(high, work[at] as number);
  return low + (high - low) * (position - below);
}

/** The middle of the numbers given; NaN of none. */
export function median(numbers: ArrayLike<number>): number {
  return quantile(numbers, 0.5);
}

/** How far numbers usually are from their median: the median of the distances. */
export function medianDeviation(numbers: ArrayLike<number>): number {
  const middle = median(numbers);
  return median(Array.from(numbers, number => Math.abs(number - middle)));
}

/** Hoare's selection: reorders `work` so that its `rank`-th smallest stands at `rank`. */
function select(work: Float64Array, rank: number): number {
  let left = 0;
  let right = work.length - 1;
  while (left < right) {
    const pivot = work[(left + right) >> 1] as number;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((work[i] as number) < pivot) i++;
      while ((work[j] as number) > pivot) j--;
      if (i <= j) {
        const swapped = work[i] as number;
        work[i] = work[j] as number;
        work[j] = swapped;
        i++;
        j--;
      }
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return work[rank] as number;
}
