import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrowthMeasure, MemoryRoom } from '../../src/advice/growth-measure.ts';
import { adviseRecycling, chanceMoreAway, chanceTwoAway } from '../../src/advice/recycling.ts';

const MEGABYTE = 1_048_576;
const KILOBYTE = 1_024;
/** The upper estimate of the simulated services was 1.3 times their growth. */
const growthHi = (kilobytes: number) => 1.3 * kilobytes * KILOBYTE;

type Given = Required<Omit<GrowthMeasure, 'basis' | 'bytesPerHour' | 'freshIsAtMost'>>;

function service(growth: Partial<Given>, limitMegabytes: number, masterMegabytes: number) {
  const measure: GrowthMeasure = {
    workers: 4,
    freshBytes: 180 * MEGABYTE,
    bytesPerRequestHi: growthHi(3),
    requestsPerSecondPerWorkerPeak: 3,
    bootSeconds: 3,
    peakUtilisation: 0.6,
    warmSeconds: 60,
    ...growth,
    basis: {},
  };
  const room: MemoryRoom = {
    limitBytes: limitMegabytes * MEGABYTE,
    limit: 'memory-max',
    masterBytes: masterMegabytes * MEGABYTE,
    basis: {},
  };
  return { measure, room };
}

const advise = (...given: Parameters<typeof service>) => {
  const { measure, room } = service(...given);
  return adviseRecycling(measure, room);
};

describe('recycling settings', () => {
  // Seven simulated services. Where their base memory was not published, the one that gives the same budget stands.
  it.each([
    ['A 2 GB, 4 workers, 3 kB a request', {}, 2000, 41.7, 59_429, 2_160],
    ['B the same with 20 kB a request', { bytesPerRequestHi: growthHi(20) }, 2000, 41.7, 7_078, 2_160],
    [
      'C 8 GB, 9 workers, 2 may be away',
      {
        workers: 9,
        freshBytes: 346 * MEGABYTE,
        bytesPerRequestHi: growthHi(4),
        requestsPerSecondPerWorkerPeak: 10,
        bootSeconds: 8,
      },
      8000,
      40,
      74_089,
      5_680,
    ],
    [
      'D 2 GB, 2 workers, slow boot',
      {
        workers: 2,
        freshBytes: 399.94 * MEGABYTE,
        bytesPerRequestHi: growthHi(4),
        requestsPerSecondPerWorkerPeak: 4,
        bootSeconds: 20,
      },
      2000,
      40,
      81_492,
      3_200,
    ],
    [
      'F 16 GB, 20 workers, 5 may be away',
      {
        workers: 20,
        freshBytes: 199 * MEGABYTE,
        bytesPerRequestHi: growthHi(5),
        requestsPerSecondPerWorkerPeak: 10,
      },
      16_000,
      40,
      74_799,
      647,
    ],
  ] as const)('%s: max_requests and jitter as simulated', (_, growth, limit, master, m, jitter) => {
    const advice = advise(growth, limit, master);
    expect(advice.kind).toBe('settings');
    if (advice.kind !== 'settings') return;
    expect(Math.abs(advice.maxRequests - m) / m).toBeLessThan(0.002);
    expect(advice.maxRequestsJitter).toBe(jitter);
    expect(advice.prediction.chanceMoreThanSpareAway).toBeLessThanOrEqual(0.05);
    expect(advice.prediction.peakShareOfLimit).toBeLessThanOrEqual(0.85);
  });

  it.each([
    [
      'E 1 GB, 20 kB, 5 a second',
      { bytesPerRequestHi: growthHi(20), requestsPerSecondPerWorkerPeak: 5 },
      1000,
      580,
      116,
    ],
    ['G 0.5 MB a request', { bytesPerRequestHi: growthHi(512), freshBytes: 174.7 * MEGABYTE }, 2000, 246, 82],
  ] as const)('%s: refused, because workers would live for two minutes', (_, growth, limit, m, seconds) => {
    const advice = advise(growth, limit, 41.7);
    expect(advice).toMatchObject({
      kind: 'refused',
      reason: 'growth-too-fast',
      maxRequests: m,
      leastLifeSeconds: 1800,
    });
    if (advice.kind === 'refused' && advice.reason === 'growth-too-fast')
      expect(advice.lifeSeconds).toBeCloseTo(seconds, 0);
  });

  it.each([
    ['one worker', { workers: 1 }, 2000, 'one-worker'],
    ['no growth', { bytesPerRequestHi: 0 }, 2000, 'no-growth'],
    ['workers that do not fit', { freshBytes: 500 * MEGABYTE }, 2000, 'memory-too-small'],
    [
      'a boot that eats the life',
      { bytesPerRequestHi: growthHi(20), bootSeconds: 60 },
      2000,
      'growth-too-fast',
    ],
    [
      'caches that are never warm',
      { bytesPerRequestHi: growthHi(20), warmSeconds: 1_800 },
      2000,
      'growth-too-fast',
    ],
  ] as const)('%s: refused with its reason', (_, growth, limit, reason) => {
    expect(advise(growth, limit, 40)).toMatchObject({ kind: 'refused', reason });
  });

  it('says how many workers would fit', () => {
    // (2000 x 0.85 - 40) / (1.15 x 500) = 2.88
    expect(advise({ freshBytes: 500 * MEGABYTE }, 2000, 40)).toMatchObject({ workers: 4, workersThatFit: 2 });
    expect(advise({ freshBytes: 3_000 * MEGABYTE }, 2000, 40)).toMatchObject({ workersThatFit: 0 });
  });

  it('refuses nothing because of a size that a worker may have grown to', () => {
    const { measure, room } = service({ freshBytes: 500 * MEGABYTE }, 2000, 40);
    const advice = adviseRecycling({ ...measure, freshIsAtMost: true }, room);
    expect(advice).toMatchObject({ kind: 'not-yet', missing: ['freshBytes'] });
  });

  it.each([
    ['limitBytes', 0],
    ['masterBytes', 0],
    ['workers', 0],
    ['freshBytes', 1],
    ['bytesPerRequestHi', 1],
    ['requestsPerSecondPerWorkerPeak', 2],
  ] as const)('without %s says what is missing and computes as far as it can', (name, steps) => {
    const { measure, room } = service({}, 2000, 40);
    const { [name]: _one, ...growth } = measure as unknown as Record<string, unknown>;
    const { [name]: _two, ...left } = room as unknown as Record<string, unknown>;
    const advice = adviseRecycling(growth as unknown as GrowthMeasure, left as unknown as MemoryRoom);
    expect(advice).toMatchObject({ kind: 'not-yet', missing: [name] });
    expect(advice.steps).toHaveLength(steps);
  });

  it('tells how long a worker takes to fill its share when growth is known by the hour only', () => {
    const { measure, room } = service({}, 2000, 40);
    const { bytesPerRequestHi: _, ...known } = measure;
    const { steps } = adviseRecycling({ ...known, bytesPerHour: 47 * MEGABYTE }, room);
    // 415 - 180 MB at 47 MB an hour
    expect(steps.at(-1)?.result).toMatchObject({ unit: 'seconds' });
    expect(steps.at(-1)?.result.value).toBeCloseTo(5 * 3600, 0);
  });

  it('takes one worker at a time and ten seconds of boot while nobody measured them, and says so', () => {
    const { measure, room } = service({}, 2000, 40);
    const { bootSeconds: _b, peakUtilisation: _u, warmSeconds: _w, ...known } = measure;
    const advice = adviseRecycling({ ...known, workers: 4 }, room);
    expect(advice).toMatchObject({
      kind: 'settings',
      maxRequestsJitter: (4 * 3 * 10 * 3) / 0.05,
      assumed: ['bootSeconds', 'peakUtilisation', 'warmSeconds'],
    });
  });
});

describe('the arithmetic that is shown', () => {
  it('ends in the settings, and each input has a source or is the result of a step before', () => {
    const advice = advise({}, 2000, 40);
    if (advice.kind !== 'settings') throw new Error(advice.kind);
    const results = new Map(advice.steps.map(s => [s.result.name, s.result.value]));
    expect(results.get('max_requests')).toBe(advice.maxRequests);
    expect(results.get('max_requests_jitter')).toBe(advice.maxRequestsJitter);
    const before = new Set<string>();
    for (const step of advice.steps) {
      for (const input of step.inputs)
        expect(
          input.basis !== undefined || before.has(input.name),
          `${step.result.name} <- ${input.name}`,
        ).toBe(true);
      before.add(step.result.name);
    }
  });
});

const given = fc.record({
  workers: fc.integer({ min: 2, max: 40 }),
  freshMegabytes: fc.integer({ min: 10, max: 1_000 }),
  growthBytes: fc.integer({ min: 50, max: 200_000 }),
  rate: fc.double({ min: 0.01, max: 60, noNaN: true }),
  bootSeconds: fc.double({ min: 0.1, max: 90, noNaN: true }),
  utilisation: fc.double({ min: 0, max: 1, noNaN: true }),
  limitMegabytes: fc.integer({ min: 100, max: 64_000 }),
  masterMegabytes: fc.integer({ min: 5, max: 300 }),
});
const of = (g: typeof given extends fc.Arbitrary<infer T> ? T : never, scale = 1) =>
  advise(
    {
      workers: g.workers,
      freshBytes: g.freshMegabytes * MEGABYTE * scale,
      bytesPerRequestHi: g.growthBytes * scale,
      requestsPerSecondPerWorkerPeak: g.rate,
      bootSeconds: g.bootSeconds,
      peakUtilisation: g.utilisation,
    },
    g.limitMegabytes * scale,
    g.masterMegabytes * scale,
  );
const last = (advice: ReturnType<typeof of>) =>
  advice.kind === 'settings' ? advice.maxRequests + advice.maxRequestsJitter : undefined;

describe('for any service', () => {
  it('all workers together stay below the limit less the headroom, whatever the jitter draws', () => {
    fc.assert(
      fc.property(given, fc.double({ min: 0, max: 1, noNaN: true }), (g, draw) => {
        const advice = of(g);
        if (advice.kind !== 'settings') return;
        const served = advice.maxRequests + Math.round(draw * advice.maxRequestsJitter);
        const bytes =
          g.workers * (g.freshMegabytes * MEGABYTE + served * g.growthBytes) + g.masterMegabytes * MEGABYTE;
        expect(bytes).toBeLessThanOrEqual(g.limitMegabytes * MEGABYTE * 0.85 + 1);
        expect(advice.maxRequests).toBeGreaterThanOrEqual(500);
        expect(advice.maxRequests + advice.maxRequestsJitter).toBeLessThanOrEqual(100_000);
        expect(advice.maxRequestsJitter).toBeGreaterThan(0);
        expect(advice.maxRequests / g.rate).toBeGreaterThanOrEqual(1_800);
      }),
      { numRuns: 3_000 },
    );
  });

  it('more memory never shortens a life, more growth never lengthens one', () => {
    fc.assert(
      fc.property(given, fc.double({ min: 1, max: 4, noNaN: true }), (g, factor) => {
        const before = last(of(g));
        if (before === undefined) return;
        const roomier = last(of({ ...g, limitMegabytes: g.limitMegabytes * factor }));
        expect(roomier).toBeGreaterThanOrEqual(before);
        const leakier = last(of({ ...g, growthBytes: g.growthBytes * factor }));
        if (leakier !== undefined) expect(leakier).toBeLessThanOrEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the unit of memory does not matter', () => {
    fc.assert(
      fc.property(given, g => {
        const [one, doubled] = [of(g), of(g, 2)];
        expect(doubled.kind).toBe(one.kind);
        expect(last(doubled)).toBe(last(one));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the chance that workers are away together', () => {
  // Closed form against a simulation of uniform draws: both agreed to a percent.
  it.each([
    [4, 9, 2_160, 0.049],
    [4, 9, 500, 0.199],
    [9, 80, 57_600, 0.096],
    [9, 80, 20_000, 0.254],
    [2, 80, 3_200, 0.049],
    [8, 100, 20_000, 0.248],
    [4, 9, 50, 0.955],
    [4, 9, 20, 1],
  ])('%i workers, %i requests of boot, jitter %i: %d', (workers, boot, jitter, chance) => {
    expect(chanceTwoAway(workers, boot, jitter)).toBeCloseTo(chance, 2);
  });

  it('is 0 when all of them can be spared and 1 when the jitter is shorter than a boot', () => {
    expect(chanceMoreAway(4, 4, 9, 2_160)).toBe(0);
    expect(chanceMoreAway(9, 2, 80, 60)).toBe(1);
  });
});
