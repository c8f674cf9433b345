import { describe, expect, it } from 'vitest';
import { BUCKET_MS, envelopeOf } from '../../src/growth/envelope.ts';
import { aLife, MEGABYTE, MINUTE_MS, START_MS } from './growing-worker.ts';

const megabytes = (values: Float64Array) =>
  [...values].map(value => Math.round((value / MEGABYTE) * 10) / 10);
const at = (minute: number) => START_MS + minute * MINUTE_MS;

describe('the lower edge of a worker', () => {
  it('is the tenth percentile of each twenty minutes, without what is only there for a request', () => {
    const { points } = aLife({ minutes: 40, rss: age => (age % 4 === 0 ? 300 : 100) });
    const envelope = envelopeOf(points, at(40));
    expect(envelope.fromMs).toBe(START_MS);
    expect(megabytes(envelope.values)).toEqual([100, 100]);
  });

  it('leaves out a bucket that has not ended, and counts the first hour as warm-up', () => {
    const { points } = aLife({ minutes: 95, rss: () => 100 });
    const envelope = envelopeOf(points, at(95));
    expect(envelope.values).toHaveLength(4);
    expect(envelope.warmUp).toBe(3);
  });

  it('counts a first hour that begins within a bucket to its end', () => {
    const { points } = aLife({ fromMinute: 7, minutes: 120, rss: () => 100 });
    expect(envelopeOf(points, at(127)).warmUp).toBe(4);
  });

  it('has no value where fewer than five samples are', () => {
    const { points } = aLife({ minutes: 60, rss: () => 100, isMissing: age => age >= 24 && age < 40 });
    expect(megabytes(envelopeOf(points, at(60)).values)).toEqual([100, Number.NaN, 100]);
  });

  it('is the same for samples in any order, and for duplicates', () => {
    const { points } = aLife({ minutes: 80, rss: age => 100 + age });
    const mixed = [...points.slice(30), ...points.slice(0, 50)].reverse();
    expect(envelopeOf(mixed, at(80))).toEqual(envelopeOf(points, at(80)));
  });

  it('knows nothing of samples that a stepping clock dated later than now', () => {
    const { points } = aLife({ minutes: 80, rss: age => 100 + age });
    const ahead = points.map(point => ({ ...point, atMs: point.atMs + 86_400_000, rssBytes: 1 }));
    expect(envelopeOf([...points, ...ahead], at(80))).toEqual(envelopeOf(points, at(80)));
  });

  it('leaves out what is no size of memory', () => {
    const { points } = aLife({ minutes: 40, rss: () => 100 });
    const broken = [0, -5, Number.NaN, Number.POSITIVE_INFINITY].map((rssBytes, index) => ({
      atMs: at(index) + 1,
      rssBytes,
    }));
    expect(envelopeOf([...points, ...broken], at(40))).toEqual(envelopeOf(points, at(40)));
  });

  it('of nothing is empty', () => expect(envelopeOf([], START_MS).values).toHaveLength(0));

  it('up to a moment is the begin of the one that is made later', () => {
    const { points } = aLife({ minutes: 300, rss: age => 100 + (age % 37) });
    const later = envelopeOf(points, at(300));
    for (let count = 1; count < 15; count++)
      expect(envelopeOf(points, START_MS + count * BUCKET_MS).values).toEqual(later.values.slice(0, count));
  });
});

describe('where USS was read', () => {
  it('is what the worker holds for itself: RSS stays flat under preload while pages are copied', () => {
    const uss = (age: number) => (age % 60 === 0 ? 10 + age / 10 : undefined);
    const { points } = aLife({ minutes: 301, rss: () => 100, uss });
    const { values, sharedBytes } = envelopeOf(points, at(300));
    expect(sharedBytes / MEGABYTE).toBeCloseTo(60, 6);
    expect((values[14] ?? 0) / MEGABYTE).toBeCloseTo(38.2, 1);
    expect((values[5] ?? 0) / MEGABYTE).toBeCloseTo(20.2, 1);
  });

  it.each([
    ['it was read only once', (age: number) => (age === 0 ? 10 : undefined)],
    ['its last reading is of another time', (age: number) => (age < 100 && age % 20 === 0 ? 10 : undefined)],
    ['it claims to be more than RSS', () => 500],
  ])('RSS is taken where %s', (_, uss) => {
    const envelope = envelopeOf(aLife({ minutes: 301, rss: () => 100, uss }).points, at(300));
    expect(envelope.sharedBytes).toBe(0);
    expect(megabytes(envelope.values)).toEqual(Array(15).fill(100));
  });
});
