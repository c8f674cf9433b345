import { describe, expect, it } from 'vitest';
import type { WorkerGrowth } from '../../src/growth/growth-finding.ts';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import { aLife, type LifeStory, MEGABYTE, MINUTE_MS, START_MS, wobble } from './growing-worker.ts';

/** What is said of one worker with a limit of its own at the end of its story. */
function told(story: LifeStory, limitMb: number): WorkerGrowth {
  const life = aLife(story);
  const unit = {
    server: 'web-1',
    unit: 'shop.service',
    lives: [life],
    workerLimitBytes: limitMb * MEGABYTE,
  };
  const nowMs = START_MS + ((story.fromMinute ?? 0) + story.minutes) * MINUTE_MS;
  const [worker] = serviceGrowth('shop', [unit], nowMs).workers;
  if (worker === undefined) throw new Error('nobody was judged');
  return worker;
}

const hours = (count: number) => count * 60;
const noisy = (rss: (age: number) => number) => (age: number) => rss(age) + wobble(age, 1);
const since = (age: number, begin: number) => Math.max(0, age - begin);

describe('a worker that leaks', () => {
  it.each([
    [
      'steadily, with some hours left',
      hours(12),
      noisy(age => 100 + age / 6),
      262,
      'warning',
      'steady-growth',
    ],
    [
      'steadily, with half an hour left',
      hours(12),
      (age: number) => 100 + age / 6,
      226,
      'critical',
      'steady-growth',
    ],
    ['fast, after three hours', hours(4), noisy(age => 100 + age), 480, 'warning', 'fast-growth'],
    [
      'late, after ten calm hours',
      hours(14),
      noisy(age => 100 + since(age, hours(10))),
      420,
      'warning',
      'fast-growth',
    ],
    [
      'up to nine tenths of its limit, slowly',
      hours(40),
      (age: number) => 100 + age / 80,
      140,
      'critical',
      'near-limit',
    ],
    [
      'so fast that it is there before anything can be learned',
      80,
      (age: number) => 100 + age,
      155,
      'critical',
      'near-limit',
    ],
  ] as const)('%s', (_, minutes, rss, limitMb, severity, rule) => {
    expect(told({ minutes, rss }, limitMb)).toMatchObject({ severity, rule });
  });

  it('is told of with the figures: since when, from where to where, how fast, when', () => {
    const worker = told({ minutes: hours(13), rss: age => 100 + age / 6 }, 272);
    expect(worker.reason).toBe(
      'Worker 4711 (up 13 h) grew from 114 MB to 224 MB in 12 h, steadily, 10 MB per hour, and does not level off as a cache does. At this rate it reaches its limit of 272 MB in 2 to 8 hours.',
    );
    expect(worker.bytesPerHour).toBeCloseTo(10 * MEGABYTE, -3);
    const leftHours = (272 - 230) / 10;
    const now = START_MS + hours(13) * MINUTE_MS;
    expect((worker.eta?.fromMs ?? 0) - now).toBeLessThan(leftHours * hours(1) * MINUTE_MS);
    expect((worker.eta?.toMs ?? 0) - now).toBeGreaterThan(leftHours * hours(1) * MINUTE_MS);
  });

  it('under preload shows in USS alone', () => {
    const uss = (age: number) => (age % 60 === 0 ? 10 + age / 6 : undefined);
    const story = { minutes: hours(12), rss: (age: number) => 200 + (age > hours(11) ? 1 : 0) };
    expect(told(story, 250).severity).toBe('calm');
    expect(told({ ...story, uss }, 250)).toMatchObject({ severity: 'warning', rule: 'steady-growth' });
  });

  it('far from its limit is calm, and its speed is said', () => {
    const worker = told({ minutes: hours(12), rss: age => 100 + age / 60 }, 1_024);
    expect(worker).toMatchObject({ severity: 'calm', rule: 'none' });
    expect(worker.bytesPerHour).toBeCloseTo(MEGABYTE, -3);
    expect(worker.eta).toBeDefined();
    expect(worker.reason).toContain(
      'grows by 1.0 MB per hour; it would reach its limit of 1.0 GB in 17 days or more',
    );
  });
});

describe('a worker that does nothing wrong is calm', () => {
  it.each([
    ['flat', hours(24), noisy(() => 100), 125],
    ['with a warm-up of an hour', hours(4), noisy(age => 60 + 60 * (1 - Math.exp(-age / 15))), 150],
    [
      'with a cache that fills over ten hours',
      hours(9),
      noisy(age => 60 + 60 * (1 - Math.exp(-age / 200))),
      150,
    ],
    ['after one load of a big file', hours(8), noisy(age => (age > hours(6) ? 157 : 100)), 200],
    [
      'after two steps',
      hours(20),
      noisy(age => 100 + (age > hours(9) ? 30 : 0) + (age > hours(17) ? 30 : 0)),
      200,
    ],
    [
      'when its nightly batch begins',
      hours(10),
      noisy(age => 100 + Math.min(50, since(age, hours(9.5)) * 2)),
      190,
    ],
    ['with a saw of garbage collection', hours(20), noisy(age => 100 + ((age / 90) % 1) * 20), 150],
    [
      'with requests that hold much for a minute',
      hours(20),
      (age: number) => (age % 7 === 0 ? 190 : 100),
      200,
    ],
    ['that shrinks', hours(20), (age: number) => 300 - age / 10, 400],
  ] as const)('%s', (_, minutes, rss, limitMb) => {
    for (let until = 60; until <= minutes; until += 20)
      expect(told({ minutes: until, rss }, limitMb), `after ${until} minutes`).toMatchObject({
        severity: 'calm',
      });
  });

  it('is settled when it has shown so', () => {
    expect(told({ minutes: hours(6), rss: noisy(() => 100) }, 200).settled).toBe(true);
  });
});

describe('"not enough data" is an answer', () => {
  it.each<[string, LifeStory]>([
    ['too young to be judged for another 60 min', { minutes: hours(2), rss: () => 100 }],
    [
      'no samples for over an hour',
      { minutes: hours(20), rss: () => 100, isMissing: (age: number) => age > hours(18) },
    ],
    [
      'too many samples of the last hours are missing',
      { minutes: hours(20), rss: () => 100, isMissing: (age: number) => age % 60 > 20 },
    ],
    [
      'too many samples of the last hours are missing',
      { minutes: hours(20), rss: () => 100, isMissing: (age: number) => age > hours(17) && age < hours(19) },
    ],
  ])('%s', (words, story) => {
    const worker = told(story, 200);
    expect(worker).toMatchObject({ severity: 'calm', rule: 'not-enough-data' });
    expect(worker.reason).toContain(words);
    expect(worker.settled).toBeUndefined();
  });

  it('but a level needs no history', () => {
    expect(told({ minutes: 50, rss: () => 190 }, 200)).toMatchObject({
      severity: 'critical',
      rule: 'near-limit',
    });
  });
});
