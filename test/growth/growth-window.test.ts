import { expect, it } from 'vitest';
import { growthWindow } from '../../src/growth/growth-window.ts';

const NONE = Number.NaN;
const window = (values: readonly number[], warmUp = 0) =>
  growthWindow({ fromMs: 0, values: Float64Array.from(values), warmUp, sharedBytes: 0 });
const flat = (count: number) => Array<number>(count).fill(100);

it('bridges up to three missing buckets with a line', () => {
  expect(window([100, 100, NONE, 102, 103, NONE, NONE, NONE, 107])).toEqual({
    enough: true,
    values: Float64Array.from([100, 100, 101, 102, 103, 104, 105, 106, 107]),
  });
});

it('begins anew after a longer gap', () => {
  const known = window([...flat(20), NONE, NONE, NONE, NONE, ...flat(7)]);
  expect(known.enough && known.values.length).toBe(7);
});

it('is twelve hours long at most', () => {
  const known = window(flat(100));
  expect(known.enough && known.values.length).toBe(36);
});

it('leaves the warm-up out', () => {
  const known = window([1, 2, 3, ...flat(10)], 3);
  expect(known.enough && [...known.values]).toEqual(flat(10));
});

it('waits a while for buckets that are missing at its end', () => {
  const known = window([...flat(10), NONE, NONE, NONE]);
  expect(known.enough && known.values.length).toBe(10);
});

it.each([
  ['young', flat(5), 0],
  ['young', flat(8), 3],
  ['young', [], 0],
  ['gaps', [...flat(20), NONE, NONE, NONE, NONE, ...flat(5)], 0],
  ['gaps', Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? 100 : NONE)), 0],
  ['silent', [...flat(20), NONE, NONE, NONE, NONE], 0],
  ['silent', Array<number>(9).fill(NONE), 0],
] as const)('says %s of %j', (shortage, values, warmUp) => {
  expect(window(values, warmUp)).toEqual({ enough: false, shortage });
});
