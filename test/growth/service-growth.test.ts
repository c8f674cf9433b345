import { describe, expect, it } from 'vitest';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { UnitHistory } from '../../src/growth/unit-history.ts';
import { aLife, aUnitSample, HOUR_MS, MEGABYTE, START_MS, wobble } from './growing-worker.ts';

const mb = (count: number) => count * MEGABYTE;
const HOURS = 12;
const NOW = START_MS + HOURS * HOUR_MS;

interface Unit {
  readonly server?: string;
  /** MB per hour of each worker. */
  readonly speeds: readonly number[];
  readonly maxMb?: number;
  readonly minutes?: number;
  readonly more?: Parameters<typeof aUnitSample>[2];
}

function aUnit({ server = 'web-1', speeds, maxMb, minutes = HOURS * 60, more }: Unit): UnitHistory {
  const lives = speeds.map((speed, at) =>
    aLife({
      server,
      pid: 100 + at,
      minutes,
      fromMinute: HOURS * 60 - minutes,
      rss: age => 100 + (speed * age) / 60 + wobble(age + at, 0.5),
    }),
  );
  const current = lives.reduce((sum, { points }) => sum + (points.at(-1)?.rssBytes ?? 0), 0);
  const last = aUnitSample(lives, NOW, {
    server,
    ...(maxMb !== undefined && { memory: { currentBytes: current, maxBytes: mb(maxMb) } }),
    ...more,
  });
  return { server, unit: 'shop.service', lives, last };
}

const hoursLeft = (atMs: number | undefined) => ((atMs ?? Number.NaN) - NOW) / HOUR_MS;

describe('a service', () => {
  it('whose workers leak together arrives when their sum does', () => {
    // 4 x 220 MB of 1,045 usable: 165 MB left, which four times 10 MB per hour fill in 4.1 hours.
    const one = serviceGrowth('shop', [aUnit({ speeds: [10, 0, 0, 0], maxMb: 1_200 })], NOW);
    const four = serviceGrowth('shop', [aUnit({ speeds: [10, 10, 10, 10], maxMb: 1_100 })], NOW);
    expect(one.severity).toBe('calm');
    expect(four).toMatchObject({
      severity: 'warning',
      growing: 4,
      limit: 'memory-max',
      limitBytes: mb(1_100),
    });
    expect(hoursLeft(four.eta?.fromMs)).toBeLessThan(4.1);
    expect(hoursLeft(four.eta?.toMs)).toBeGreaterThan(4.1);
  });

  it('of which one worker grows says so', () => {
    const growth = serviceGrowth('shop', [aUnit({ speeds: [0, 15, 0, 0], maxMb: 675 })], NOW);
    expect(growth).toMatchObject({ severity: 'warning', growing: 1 });
    expect(growth.workers[0]).toMatchObject({ pid: 101, rule: 'steady-growth' });
    expect(growth.workers.slice(1).every(({ severity }) => severity === 'calm')).toBe(true);
  });

  it('leads with its worst worker, whichever server that is on, in whatever order they come', () => {
    const units = [
      aUnit({ server: 'web-1', speeds: [0, 0], maxMb: 900 }),
      aUnit({ server: 'web-2', speeds: [0, 12], maxMb: 420 }),
      aUnit({ server: 'web-3', speeds: [0, 20], maxMb: 520 }),
    ];
    const growth = serviceGrowth('shop', units, NOW);
    expect(growth.workers.slice(0, 2).map(({ server }) => server)).toEqual(['web-3', 'web-2']);
    expect(growth.workers).toHaveLength(6);
    expect(serviceGrowth('shop', units.toReversed(), NOW)).toEqual(growth);
  });

  it('takes the host as its limit where the unit has none', () => {
    const more = { hostAvailableBytes: mb(440), hostTotalBytes: mb(8_000) };
    const growth = serviceGrowth('shop', [aUnit({ speeds: [10, 0], more })], NOW);
    expect(growth).toMatchObject({ severity: 'warning', limit: 'host' });
  });

  it('is not near its limit because the host is full: others fill it as they may', () => {
    const more = { hostAvailableBytes: mb(410), hostTotalBytes: mb(8_000) };
    expect(serviceGrowth('shop', [aUnit({ speeds: [0, 0], more })], NOW).severity).toBe('calm');
  });

  it('near its limit is critical once, for its largest worker', () => {
    const growth = serviceGrowth('shop', [aUnit({ speeds: [0.2, 0, 0, 0], maxMb: 460 })], NOW);
    expect(growth.severity).toBe('critical');
    expect(growth.workers.map(({ rule }) => rule).filter(rule => rule === 'near-limit')).toHaveLength(1);
    expect(growth.workers[0]?.reason).toMatch(/9\d % of the limit has been in use for 40 minutes/);
  });

  it('under pressure of its cgroup is critical from eight tenths on', () => {
    const unit = (highEvents: number, maxMb: number): UnitHistory => {
      const made = aUnit({ speeds: [0, 0, 0, 0], maxMb });
      const memory = { currentBytes: mb(400), maxBytes: mb(maxMb) };
      const last = { ...made.last!, memory: { ...memory, highEvents } };
      return { ...made, last, before: { ...last, memory: { ...memory, highEvents: 3 } } };
    };
    expect(serviceGrowth('shop', [unit(4, 500)], NOW).workers[0]).toMatchObject({ rule: 'pressure' });
    expect(serviceGrowth('shop', [unit(3, 500)], NOW).severity).toBe('calm');
    expect(serviceGrowth('shop', [unit(4, 600)], NOW).severity).toBe('calm');
  });

  it('without a known limit is calm and tells its speed', () => {
    const growth = serviceGrowth('shop', [aUnit({ speeds: [10] })], NOW);
    expect(growth).toMatchObject({ severity: 'calm', growing: 1 });
    expect(growth.workers[0]?.reason).toContain('no limit is known');
  });

  it('after a deploy is blind, and says until when', () => {
    const young = serviceGrowth('shop', [aUnit({ speeds: [30, 30], maxMb: 300, minutes: 60 })], NOW);
    expect(young).toMatchObject({ severity: 'calm', growing: 0 });
    expect(hoursLeft(young.blindUntilMs)).toBeCloseTo(2, 1);
    const half = [aUnit({ speeds: [0] }), aUnit({ server: 'web-2', speeds: [0], minutes: 60 })];
    expect(serviceGrowth('shop', half, NOW).blindUntilMs).toBeUndefined();
  });

  it('that nobody watches has nothing to tell', () => {
    expect(serviceGrowth('shop', [], NOW)).toMatchObject({ severity: 'calm', workers: [], growing: 0 });
  });
});
