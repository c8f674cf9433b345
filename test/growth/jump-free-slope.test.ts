import { expect, it } from 'vitest';
import { jumpFreeSlope, largestRise } from '../../src/growth/jump-free-slope.ts';

const range = (count: number, value: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => value(at));

it.each([
  ['a line', range(18, at => 100 + 2 * at), 2],
  ['a line with one step in it', range(18, at => 100 + 2 * at + (at >= 9 ? 80 : 0)), 2],
  ['a step alone', range(18, at => (at >= 15 ? 157 : 100)), 0],
  ['a fall', range(18, at => 100 - 2 * at), -2],
])('of %s', (_, numbers, slope) => expect(jumpFreeSlope(numbers)).toBeCloseTo(slope, 10));

it('says nothing of two numbers', () => expect(jumpFreeSlope([1, 2])).toBeNaN());

it.each([
  [[1, 5, 6, 9], 1, 4],
  [[1, 5, 6, 9], 3, 8],
  [[9, 5, 1], 1, 0],
])('the largest rise of %j within %d steps is %d', (numbers, steps, rise) => {
  expect(largestRise(numbers, steps)).toBe(rise);
});
