import { describe, expect, it } from 'vitest';
import { trendOf } from '../../src/growth/trend.ts';
import { MEGABYTE, wobble } from './growing-worker.ts';

const HOURS = 3;
/** A window of so many buckets, in MB. */
const trend = (count: number, megabytes: (bucket: number) => number) =>
  trendOf(Float64Array.from({ length: count }, (_, at) => (megabytes(at) + wobble(at, 0.2)) * MEGABYTE));
const speed = (bytesPerBucket: number | undefined) => (bytesPerBucket ?? Number.NaN) / MEGABYTE;
const since = (bucket: number, begin: number) => Math.max(0, bucket - begin);

describe('steady growth', () => {
  it('is as fast as a line is steep', () => {
    expect(speed(trend(36, at => 100 + 2 * at).steady)).toBeCloseTo(2, 1);
  });

  it('is as slow as the slower of the window and its second half', () => {
    // 4 a bucket for the first half, 3 for the second; and the other way round.
    expect(speed(trend(36, at => 100 + 4 * at - since(at, 18)).steady)).toBeCloseTo(3, 0);
    expect(speed(trend(36, at => 100 + 2 * at + 2 * since(at, 18)).steady)).toBeLessThan(3.4);
  });

  it.each([
    ['of fewer than twelve buckets', 11, (at: number) => 100 + 2 * at],
    ['that flattens as a cache that fills', 36, (at: number) => 100 + 60 * (1 - Math.exp(-at / 12))],
    ['that lost half of its speed', 36, (at: number) => 100 + 4 * at - 2.3 * since(at, 18)],
    ['that ended', 36, (at: number) => 100 + 4 * Math.min(at, 20)],
    ['of which one step made most', 36, (at: number) => 100 + at + (at >= 30 ? 60 : 0)],
    ['within the grain of the numbers', 36, (at: number) => 100 + 0.02 * at],
    ['downwards', 36, (at: number) => 400 - 2 * at],
    ['of nothing', 36, () => 100],
  ])('is none %s', (_, count, megabytes) => expect(trend(count, megabytes).steady).toBeUndefined());
});

describe('fast growth', () => {
  it('is that of the last six hours', () => {
    expect(speed(trend(36, at => 100 + 5 * since(at, 18)).fast)).toBeCloseTo(5, 0);
  });

  it('leaves the largest step out', () => {
    expect(speed(trend(18, at => 100 + 5 * at + (at >= 9 ? 30 : 0)).fast)).toBeCloseTo(5, 0);
  });

  it.each([
    ['that came within an hour, as a batch that begins', 18, (at: number) => 100 + 20 * since(at, 14)],
    [
      'that came within an hour, and is over',
      18,
      (at: number) => 100 + 20 * (since(at, 8) - since(at, 8 + HOURS)),
    ],
    ['downwards', 18, (at: number) => 400 - 2 * at],
  ])('is none %s', (_, count, megabytes) => expect(trend(count, megabytes).fast).toBeUndefined());
});

it('tells where the window began and where it ended, by three buckets each', () => {
  const { beganBytes, nowBytes, buckets } = trend(30, at => (at === 28 ? 900 : 100 + at));
  expect(beganBytes / MEGABYTE).toBeCloseTo(101, 0);
  expect(nowBytes / MEGABYTE).toBeCloseTo(129, 0);
  expect(buckets).toBe(30);
});
