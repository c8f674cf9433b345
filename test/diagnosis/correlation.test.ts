import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burstStarts, correlate } from '../../src/diagnosis/correlation.ts';
import { NOW_MS } from './facts.ts';

const DAY_MS = 86_400_000;
const day = { fromMs: NOW_MS, toMs: NOW_MS + DAY_MS };

/** A generator of its own for the tests: same seed, same incident. */
function chance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** Bursts of 1 to 5 failures anywhere in the day. */
function bursts(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => NOW_MS + random() * DAY_MS).flatMap(at =>
    Array.from({ length: 1 + Math.floor(random() * 5) }, (_, i) => at + i * 400),
  );
}

describe('bursts', () => {
  it.each([
    [[], []],
    [[0], [0]],
    [[0, 30_000], [0]],
    [
      [0, 30_001],
      [0, 30_001],
    ],
    [[60_000, 0, 20_000, 45_000], [0]],
    [
      [100_000, 0, 100_500],
      [0, 100_000],
    ],
  ])('of %j begin at %j', (failures, starts) => {
    expect([...burstStarts(failures)]).toEqual(starts);
  });
});

describe('bursts and deaths that have nothing to do with each other', () => {
  it('are held for linked in at most 7 of 100 incidents', () => {
    let linked = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = chance(seed * 7_919);
      const failures = bursts(12, random);
      const deaths = Array.from({ length: 8 }, () => NOW_MS + random() * DAY_MS);
      if ((correlate(failures, deaths, day, 0).p ?? 1) <= 0.05) linked++;
    }
    expect(linked).toBeLessThanOrEqual(21);
  });

  it('are held for linked no more often when both follow the hours of work', () => {
    let linked = 0;
    const busy = (random: () => number) =>
      NOW_MS + DAY_MS * (0.3 + 0.4 * ((random() + random() + random()) / 3));
    for (let seed = 1; seed <= 300; seed++) {
      const random = chance(seed * 104_729);
      const failures = Array.from({ length: 30 }, () => busy(random));
      const deaths = Array.from({ length: 15 }, () => busy(random));
      if ((correlate(failures, deaths, day, 0).p ?? 1) <= 0.05) linked++;
    }
    expect(linked).toBeLessThanOrEqual(21);
  });
});

describe('bursts of which 63 in 100 deaths are the cause', () => {
  it('are found', () => {
    let found = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const random = chance(seed * 15_485_863);
      const deaths = Array.from({ length: 12 }, () => NOW_MS + random() * DAY_MS);
      const caused = deaths.filter(() => random() < 0.63).map(at => at + 60 + random() * 800);
      const result = correlate([...caused, ...bursts(4, random)], deaths, day, 0);
      if (result.p !== undefined && result.p <= 0.05) found++;
    }
    expect(found).toBeGreaterThanOrEqual(57);
  });

  it('are called explained with their number, the chance and the idle deaths', () => {
    const deaths = [1, 3, 5, 7, 9, 11].map(h => NOW_MS + h * 3_600_000);
    const failures = deaths.slice(0, 4).map(at => at + 300);
    expect(correlate(failures, deaths, day, 0)).toMatchObject({
      matched: 4,
      bursts: 4,
      deaths: 6,
      idleDeaths: 2,
      strength: 'explained',
    });
  });

  it.each([
    ['nothing failed', [], [NOW_MS], 'cannot-tell'],
    ['nobody died', [NOW_MS], [], 'cannot-tell'],
    ['one burst after one death', [NOW_MS + 5_000_300], [NOW_MS + 5_000_000], 'one-case'],
    ['no burst near a death', [NOW_MS + 5_000_000, NOW_MS + 9_000_000], [NOW_MS], 'not-linked'],
  ] as const)('%s', (_, failures, deaths, strength) => {
    expect(correlate(failures, deaths, day, 0).strength).toBe(strength);
  });
});

describe('the test of the link', () => {
  const incident = fc.record({
    failures: fc.array(
      fc.integer({ min: 0, max: DAY_MS }).map(ms => NOW_MS + ms),
      { maxLength: 40 },
    ),
    deaths: fc.array(
      fc.integer({ min: 0, max: DAY_MS }).map(ms => NOW_MS + ms),
      { maxLength: 15 },
    ),
    doubtMs: fc.constantFrom(0, 500, 60_000),
  });

  it('does not depend on the order of its inputs and gives the same figures each time', () => {
    fc.assert(
      fc.property(incident, ({ failures, deaths, doubtMs }) => {
        const once = correlate(failures, deaths, day, doubtMs);
        expect(correlate([...failures].reverse(), [...deaths].reverse(), day, doubtMs)).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });

  it('gives a p above 0 and at most 1, and never matches more bursts than there are', () => {
    fc.assert(
      fc.property(incident, ({ failures, deaths, doubtMs }) => {
        const {
          p,
          matched,
          bursts: all,
          idleDeaths,
          expectedByChance,
        } = correlate(failures, deaths, day, doubtMs);
        expect(matched).toBeLessThanOrEqual(all);
        expect(idleDeaths).toBeLessThanOrEqual(deaths.length);
        expect(expectedByChance).toBeLessThanOrEqual(all);
        if (p === undefined) expect(failures.length * deaths.length).toBe(0);
        else expect(p > 0 && p <= 1).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('counts the bursts in reach of a death exactly as trying each pair does', () => {
    fc.assert(
      fc.property(incident, ({ failures, deaths, doubtMs }) => {
        const slow = [...burstStarts(failures)].filter(burst => {
          const second = Math.floor(burst / 1000) * 1000;
          return deaths.some(d => second >= d - 1_000 - doubtMs && second <= d + 3_000 + doubtMs);
        });
        expect(correlate(failures, deaths, day, doubtMs).matched).toBe(slow.length);
      }),
      { numRuns: 50 },
    );
  });

  it('holds for a million 502s and a hundred thousand deaths', () => {
    const random = chance(42);
    const week = { fromMs: NOW_MS, toMs: NOW_MS + 7 * DAY_MS };
    const failures = Array.from({ length: 1_000_000 }, () => NOW_MS + Math.floor(random() * 9_000) * 67_000);
    const deaths = Array.from({ length: 100_000 }, () => NOW_MS + random() * 7 * DAY_MS);
    expect(correlate(failures, deaths, week, 0).deaths).toBe(100_000);
  });
});
