import { median } from './quantile.ts';

/**
 * Least-squares slope per step of evenly spaced numbers after their largest single rise was taken out, down to
 * the usual rise: one load of a big file must not look like growth. NaN of fewer than three.
 */
export function jumpFreeSlope(numbers: ArrayLike<number>): number {
  const count = numbers.length;
  if (count < 3) return Number.NaN;
  const rises = new Float64Array(count - 1);
  let largest = 0;
  for (let at = 0; at < rises.length; at++) {
    rises[at] = (numbers[at + 1] as number) - (numbers[at] as number);
    if ((rises[at] as number) > (rises[largest] as number)) largest = at;
  }
  const surplus = Math.max(0, (rises[largest] as number) - median(rises));
  const middle = (count - 1) / 2;
  let weighted = 0;
  let spread = 0;
  for (let at = 0; at < count; at++) {
    const value = (numbers[at] as number) - (at > largest ? surplus : 0);
    weighted += (at - middle) * value;
    spread += (at - middle) ** 2;
  }
  return weighted / spread;
}

/** The largest rise within `steps` steps; 0 where none rises. */
export function largestRise(numbers: ArrayLike<number>, steps = 1): number {
  let largest = 0;
  for (let at = steps; at < numbers.length; at++)
    largest = Math.max(largest, (numbers[at] as number) - (numbers[at - steps] as number));
  return largest;
}
