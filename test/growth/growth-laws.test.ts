import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { LifePoint, WorkerLife } from '../../src/growth/worker-sample.ts';
import { aLife, HOUR_MS, MEGABYTE, MINUTE_MS, START_MS, wobble } from './growing-worker.ts';

/** All kinds of ways: up, down, bent, stepped, with holes. */
const ways = fc.record({
  hours: fc.integer({ min: 1, max: 20 }),
  base: fc.integer({ min: 80, max: 400 }),
  perHour: fc.double({ min: -5, max: 60, noNaN: true }),
  bend: fc.constantFrom(0.4, 1, 1, 1.5),
  step: fc.record({ at: fc.integer({ min: 0, max: 1_200 }), size: fc.constantFrom(0, 0, 50) }),
  hole: fc.record({ from: fc.integer({ min: 0, max: 1_200 }), minutes: fc.constantFrom(0, 0, 15, 50, 200) }),
  noise: fc.double({ min: 0, max: 3, noNaN: true }),
});
type Way = typeof ways extends fc.Arbitrary<infer T> ? T : never;
const limitsMb = fc.integer({ min: 120, max: 900 });

function lifeOf({ hours, base, perHour, bend, step, hole, noise }: Way): WorkerLife {
  return aLife({
    minutes: hours * 60,
    rss: age =>
      Math.max(
        20,
        base + perHour * (age / 60) ** bend + (age >= step.at ? step.size : 0) + wobble(age, noise),
      ),
    isMissing: age => age >= hole.from && age < hole.from + hole.minutes,
  });
}

function judged(lives: readonly WorkerLife[], limitBytes: number, nowMs: number) {
  const unit = { server: 'web-1', unit: 'shop.service', lives, workerLimitBytes: limitBytes };
  return serviceGrowth('shop', [unit], nowMs);
}

const endOf = ({ hours }: Way) => START_MS + hours * HOUR_MS;
const withPoints = (life: WorkerLife, points: readonly LifePoint[]): WorkerLife => ({ ...life, points });

describe('what is said of a worker', () => {
  it('does not depend on the order of its samples, nor on how often each is given', () => {
    fc.assert(
      fc.property(ways, limitsMb, fc.integer({ min: 1, max: 1_000 }), (way, limitMb, seed) => {
        const life = lifeOf(way);
        const mixed = [...life.points, ...life.points.slice(0, seed)]
          .map((point, at) => ({ point, place: ((at + 1) * 7_919 * seed) % 10_007 }))
          .sort((a, b) => a.place - b.place)
          .map(({ point }) => point);
        const [limit, now] = [limitMb * MEGABYTE, endOf(way)];
        expect(judged([withPoints(life, mixed)], limit, now)).toEqual(judged([life], limit, now));
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on how its life was cut into parts by the store', () => {
    fc.assert(
      fc.property(ways, limitsMb, fc.integer({ min: 0, max: 1_200 }), (way, limitMb, cut) => {
        const life = lifeOf(way);
        const parts = [life.points.slice(cut), life.points.slice(0, cut)].map(points =>
          withPoints(life, points),
        );
        const [limit, now] = [limitMb * MEGABYTE, endOf(way)];
        expect(judged(parts, limit, now)).toEqual(judged([life], limit, now));
      }),
      { numRuns: 60 },
    );
  });

  it('is the same when memory and limit are both measured in other units', () => {
    fc.assert(
      fc.property(ways, limitsMb, fc.constantFrom(2, 3, 16), (way, limitMb, factor) => {
        const life = lifeOf(way);
        const larger = life.points.map(point => ({ ...point, rssBytes: point.rssBytes * factor }));
        const [one, other] = [
          judged([life], limitMb * MEGABYTE, endOf(way)),
          judged([withPoints(life, larger)], limitMb * MEGABYTE * factor, endOf(way)),
        ];
        expect(other.severity).toBe(one.severity);
        expect(other.workers[0]?.rule).toBe(one.workers[0]?.rule);
        const left = (eta?: { readonly fromMs: number }) => ((eta?.fromMs ?? 0) - endOf(way)) / HOUR_MS;
        expect(left(other.eta)).toBeCloseTo(left(one.eta), 3);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same an hour, a day or a year later', () => {
    fc.assert(
      fc.property(ways, limitsMb, fc.constantFrom(1, 24, 24 * 365), (way, limitMb, hours) => {
        const shift = hours * HOUR_MS;
        const life = lifeOf(way);
        const later = life.points.map(point => ({ ...point, atMs: point.atMs + shift }));
        const limit = limitMb * MEGABYTE;
        const one = judged([life], limit, endOf(way));
        const other = judged([withPoints(life, later)], limit, endOf(way) + shift);
        expect(other.workers.map(worker => ({ ...worker, eta: undefined }))).toEqual(
          one.workers.map(worker => ({ ...worker, eta: undefined })),
        );
        expect(other.eta && other.eta.fromMs - shift).toBe(one.eta?.fromMs);
        expect(other.eta && other.eta.toMs - shift).toBe(one.eta?.toMs);
      }),
      { numRuns: 60 },
    );
  });

  it('never comes sooner for a higher limit', () => {
    fc.assert(
      fc.property(ways, limitsMb, fc.integer({ min: 1, max: 500 }), (way, limitMb, more) => {
        const life = lifeOf(way);
        const [low, high] = [limitMb, limitMb + more].map(mb => judged([life], mb * MEGABYTE, endOf(way)));
        const rank = { calm: 0, warning: 1, critical: 2 };
        expect(rank[high!.severity]).toBeLessThanOrEqual(rank[low!.severity]);
      }),
      { numRuns: 60 },
    );
  });

  it('has a range of time with its begin before its end, and none in the past', () => {
    fc.assert(
      fc.property(ways, limitsMb, (way, limitMb) => {
        for (const { eta } of judged([lifeOf(way)], limitMb * MEGABYTE, endOf(way)).workers) {
          if (eta === undefined) continue;
          expect(eta.fromMs).toBeGreaterThanOrEqual(endOf(way));
          expect(eta.toMs).toBeGreaterThan(eta.fromMs);
        }
      }),
      { numRuns: 60 },
    );
  });
});

it('a worker that shrinks never runs out of memory', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.integer({ min: 1, max: 100 }),
      (hours, perHour, roomMb) => {
        const life = aLife({ minutes: hours * 60, rss: age => 300 - (perHour * age) / 60 });
        const growth = judged([life], (300 / 0.9 + roomMb) * MEGABYTE, START_MS + hours * HOUR_MS);
        expect(growth).toMatchObject({ severity: 'calm', growing: 0 });
      },
    ),
  );
});

it('a pid that is used again, by start or by boot, is another life', () => {
  fc.assert(
    fc.property(fc.constantFrom('start', 'boot'), fc.integer({ min: 2, max: 10 }), (by, hours) => {
      const half = (hours * 60) / 2;
      const first = aLife({ minutes: half, rss: () => 100 });
      const second = aLife({
        fromMinute: half,
        minutes: half,
        rss: () => 160,
        ...(by === 'start' ? { startTicks: 901 } : { bootId: 'boot-2' }),
      });
      const growth = judged([first, second], 200 * MEGABYTE, START_MS + hours * HOUR_MS);
      expect(growth.workers).toHaveLength(1);
      expect(growth.workers[0]?.nowBytes).toBe(160 * MEGABYTE);
      expect(growth.workers[0]?.ageMs).toBe(half * MINUTE_MS);
      expect(growth.severity).toBe('calm');
    }),
  );
});

it('a clock that steps forth or back makes no growth', () => {
  fc.assert(
    fc.property(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 60, max: 700 }), (stepMinutes, at) => {
      const life = aLife({ minutes: 720, rss: age => 100 + wobble(age, 1) });
      const stepped = life.points.map((point, age) =>
        age < at ? point : { ...point, atMs: point.atMs + stepMinutes * MINUTE_MS },
      );
      const now = START_MS + (720 + stepMinutes) * MINUTE_MS;
      expect(judged([withPoints(life, stepped)], 150 * MEGABYTE, now).severity).toBe('calm');
    }),
  );
});
