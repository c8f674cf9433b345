import { expect, it } from 'vitest';
import { theilSenSlope } from '../../src/growth/theil-sen.ts';

const line = Array.from({ length: 20 }, (_, at) => 100 + 3 * at);

it('is the slope of a line', () => expect(theilSenSlope(line)).toBeCloseTo(3, 10));

it('does not mind a quarter of wild values', () => {
  const wild = line.map((value, at) => (at % 4 === 0 ? value + 1_000 : value));
  expect(theilSenSlope(wild)).toBeCloseTo(3, 10);
});

it('goes by the places of the points where they are given, of which two may be the same', () => {
  expect(theilSenSlope([0, 10, 10, 40], [0, 5, 5, 20])).toBeCloseTo(2, 10);
});

it.each([[[]], [[7]]])('says nothing of %j', numbers => expect(theilSenSlope(numbers)).toBeNaN());
