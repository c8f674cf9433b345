import fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, medianDeviation, quantile } from '../../src/growth/quantile.ts';

it.each([
  [[3], 0.5, 3],
  [[1, 2, 3, 4], 0.5, 2.5],
  [[5, 1, 3], 0.5, 3],
  [[10, 20, 30, 40, 50], 0.1, 14],
  [[10, 20, 30, 40, 50], 1, 50],
  [[10, 20, 30, 40, 50], 0, 10],
  [[2, 2, 2, 9], 0.5, 2],
])('of %j the %d quantile is %d', (numbers, share, expected) => {
  expect(quantile(numbers, share)).toBeCloseTo(expected, 10);
});

it('is not a number of nothing', () => expect(median([])).toBeNaN());

it('finds how far numbers usually are from their middle', () => {
  expect(medianDeviation([1, 2, 3, 4, 100])).toBe(1);
});

it('agrees with sorting, and leaves its numbers in place', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (numbers, share) => {
        const before = [...numbers];
        const sorted = [...numbers].sort((a, b) => a - b);
        const position = share * (numbers.length - 1);
        const low = sorted[Math.floor(position)] ?? 0;
        const high = sorted[Math.ceil(position)] ?? 0;
        expect(quantile(numbers, share)).toBeCloseTo(low + (high - low) * (position % 1), 9);
        expect(numbers).toEqual(before);
      },
    ),
  );
});
