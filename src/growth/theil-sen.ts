import { median } from './quantile.ts';

/**
 * Theil-Sen slope: the median of the slopes of all pairs, per unit of `xs`, or per step where `ys` are evenly
 * spaced. A spike or a single step does not move it as it moves a least-squares line. NaN of fewer than two points.
 */
export function theilSenSlope(ys: ArrayLike<number>, xs?: ArrayLike<number>): number {
  const count = ys.length;
  const slopes = new Float64Array((count * (count - 1)) / 2);
  let filled = 0;
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const run = xs === undefined ? later - earlier : (xs[later] as number) - (xs[earlier] as number);
      // Two points at one x have no slope.
      if (run !== 0) slopes[filled++] = ((ys[later] as number) - (ys[earlier] as number)) / run;
    }
  }
  return median(slopes.subarray(0, filled));
}
