/**
 * Mann-Kendall's z: how surely the numbers rise in their order, in standard deviations of what chance does, with
 * the correction for ties (Gilbert 1987). Above 0 rising, below 0 falling; 0 where nothing can be said.
 */
export function mannKendallZ(numbers: ArrayLike<number>): number {
  const count = numbers.length;
  let score = 0;
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++)
      score += Math.sign((numbers[later] as number) - (numbers[earlier] as number));
  }
  if (score === 0) return 0;
  let spread = spreadOf(count);
  const sorted = Float64Array.from(numbers).sort();
  for (let begin = 0; begin < count; ) {
    let end = begin + 1;
    while (end < count && sorted[end] === sorted[begin]) end++;
    if (end - begin > 1) spread -= spreadOf(end - begin);
    begin = end;
  }
  // One is taken off because the score moves in steps of two.
  return spread <= 0 ? 0 : (score - Math.sign(score)) / Math.sqrt(spread);
}

function spreadOf(count: number): number {
  return (count * (count - 1) * (2 * count + 5)) / 18;
}
