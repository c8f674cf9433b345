import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../src/advice/growth-shape.ts';
import type { TrafficMinute } from '../../src/advice/life-growth.ts';
import { measureGrowth } from '../../src/advice/measured-growth.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';

const MEGABYTE = 1_048_576;
const BEGIN_MS = Date.parse('2026-11-20T00:00:00Z');
const MINUTE_MS = 60_000;

/** Requests of the service in a minute: day and night. */
const requestsAt = (minute: number) => Math.round(120 * (1 + 0.7 * Math.sin((minute / 1440) * 2 * Math.PI)));
const traffic = (minutes: number, at = requestsAt): readonly TrafficMinute[] =>
  Array.from({ length: minutes }, (_, m) => ({ atMs: BEGIN_MS + m * MINUTE_MS, requests: at(m) }));

/** One life, a sample a minute, with a little noise that repeats. */
function life(
  hours: number,
  rssMegabytes: (minute: number, requests: number) => number,
  fromHour = 0,
  pid = 7,
): WorkerLife {
  let requests = 0;
  const points = Array.from({ length: hours * 60 }, (_, m) => {
    requests += requestsAt(fromHour * 60 + m) / 4;
    const noise = ((m * 7919) % 13) / 40;
    return {
      atMs: BEGIN_MS + (fromHour * 60 + m) * MINUTE_MS,
      rssBytes: Math.round((rssMegabytes(m, requests) + noise) * MEGABYTE),
    };
  });
  return { server: 'web-1', unit: 'checkout.service', pid, startTicks: pid, bootId: 'b', points };
}

const measure = (lives: readonly WorkerLife[], given = traffic(72 * 60)) =>
  measureGrowth({ lives, traffic: given, workersOfService: 4 });

const PER_REQUEST = 3_000 / MEGABYTE;

describe('growth as the watch has seen it', () => {
  it('is given per request with an upper estimate of at least 1.3 times the middle one', () => {
    const { measure: m } = measure([life(40, (_, requests) => 180 + requests * PER_REQUEST)]);
    expect(m.bytesPerRequestHi).toBeGreaterThanOrEqual(1.3 * 3_000 * 0.97);
    expect(m.bytesPerRequestHi).toBeLessThan(1.5 * 3_000);
    // 30 requests a minute and worker on average
    expect((m.bytesPerHour ?? 0) / (3_000 * 60 * 30)).toBeCloseTo(1, 0);
    expect(m.basis.bytesPerRequestHi?.words).toMatch(/1 of 1 watched lives grow/);
  });

  it('is 0, not unknown, when it was looked for and is not there', () => {
    const { measure: m } = measure([life(30, () => 180)]);
    expect(m).toMatchObject({ bytesPerRequestHi: 0, bytesPerHour: 0 });
  });

  it('is 0 for a cache that filled and stays', () => {
    const { measure: m } = measure([life(40, minute => 120 + 80 * (1 - Math.exp(-minute / 200)))]);
    expect(m.bytesPerRequestHi).toBe(0);
  });

  it('is known by the hour only where nobody counts requests', () => {
    const { measure: m } = measure([life(20, minute => 180 + minute * 0.05)], []);
    expect(m.bytesPerRequestHi).toBeUndefined();
    expect((m.bytesPerHour ?? 0) / MEGABYTE).toBeCloseTo(3, 1);
    expect(m.requestsPerSecondPerWorkerPeak).toBeUndefined();
  });

  it('is not known of young lives, and it is said from when on it will be', () => {
    const { measure: m, enoughFromMs } = measure([life(2, minute => 180 + minute)]);
    expect(m.bytesPerRequestHi).toBeUndefined();
    expect(enoughFromMs).toBe(BEGIN_MS + (4 * 60 + 20) * MINUTE_MS);
  });

  it('finds the leak of one worker among four', () => {
    const flat = [1, 2, 3].map(pid => life(30, () => 180, 0, pid));
    const { measure: m } = measure([...flat, life(30, (_, requests) => 180 + requests * PER_REQUEST, 0, 4)]);
    expect(m.bytesPerRequestHi).toBeGreaterThan(3_000);
    expect(m.basis.bytesPerRequestHi?.words).toMatch(/1 of 4 watched lives grow/);
  });

  it('takes the fresh size from lives that were seen from their start', () => {
    const met = life(30, minute => 300 + minute * 0.1);
    expect(measure([met]).measure).toMatchObject({ freshIsAtMost: true });
    const { measure: m } = measure([met, life(10, minute => 150 + minute * 0.1, 12, 8)]);
    expect(m.freshIsAtMost).toBeUndefined();
    expect((m.freshBytes ?? 0) / MEGABYTE).toBeCloseTo(154.6, 0);
  });

  it('measures the warm-up apart from the growth', () => {
    const old = life(30, () => 200);
    const warming = life(24, minute => 120 + 60 * (1 - Math.exp(-minute / 30)) + minute * 0.02, 2, 8);
    const { measure: m } = measure([old, warming]);
    // 90 % after 2.3 time constants
    expect((m.warmSeconds ?? 0) / 60).toBeGreaterThan(50);
    expect((m.warmSeconds ?? 0) / 60).toBeLessThan(100);
  });

  it('shares the busiest minutes of the service among all its workers', () => {
    const { measure: m } = measure([life(30, () => 180)]);
    expect(m.requestsPerSecondPerWorkerPeak).toBeCloseTo((120 * 1.7) / 60 / 4, 1);
  });
});

describe('the shape of growth', () => {
  const steady = () => 120;
  it.each([
    ['with-requests', (_: number, requests: number) => 180 + requests * PER_REQUEST, requestsAt],
    ['with-time', (minute: number) => 180 + minute * 0.05, requestsAt],
    ['with-either', (minute: number) => 180 + minute * 0.05, steady],
    ['in-steps', (minute: number) => (minute < 700 ? 180 : 260), requestsAt],
    ['levels-off', (minute: number) => 120 + 80 * (1 - Math.exp(-minute / 200)), requestsAt],
    ['flat', () => 180, requestsAt],
  ] as const)('%s', (shape, memory, at) => {
    const { judged } = measure([life(40, memory)], traffic(72 * 60, at));
    expect(shapeOf(judged)).toMatchObject({ shape, lives: 1, ofLives: 1 });
  });

  it('is not told of lives that are too short', () => {
    expect(shapeOf(measure([life(2, () => 180)]).judged)).toBeUndefined();
  });
});
