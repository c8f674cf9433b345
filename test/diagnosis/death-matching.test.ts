import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchDeaths } from '../../src/diagnosis/death-matching.ts';
import type { Failure } from '../../src/diagnosis/failures.ts';
import type { WorkerDeath } from '../../src/diagnosis/worker-deaths.ts';
import { deathAt, failureAt, NOW_MS } from './facts.ts';

const matchesOf = (
  failures: readonly Failure[],
  deaths: readonly WorkerDeath[],
  threads: number | undefined,
) => {
  const found: { failure: Failure; death: WorkerDeath }[] = [];
  const sorted = [...failures].sort((a, b) => a.atMs - b.atMs);
  matchDeaths(sorted, deaths, new Map([['web-1', threads]]), (failure, death) =>
    found.push({ failure, death }),
  );
  return found;
};
const follows = (failure: Failure, death: WorkerDeath) => matchesOf([failure], [death], 1).length === 1;

describe('a failure follows from a death', () => {
  // The death is at 0.4 s of its second; a failure counts by the second it stands in.
  const death = deathAt(NOW_MS + 400);
  it.each([
    [-1_000, false],
    [-600, false],
    [0, true],
    [2_999, true],
    [3_999, true],
    [4_000, false],
    [10_000, false],
  ])('logged %i ms after the full second: %s', (afterMs, expected) => {
    expect(follows(failureAt(NOW_MS + afterMs), death)).toBe(expected);
  });

  it('in the second before a death that falls on the full second', () => {
    expect(follows(failureAt(NOW_MS - 1_000), deathAt(NOW_MS))).toBe(true);
    expect(follows(failureAt(NOW_MS - 1_001), deathAt(NOW_MS))).toBe(false);
  });

  it('farther away when the clocks are in doubt, by as much as they are', () => {
    expect(follows(failureAt(NOW_MS + 6_000), deathAt(NOW_MS))).toBe(false);
    expect(follows(failureAt(NOW_MS + 6_000, { toleranceMs: 3_000 }), deathAt(NOW_MS))).toBe(true);
    expect(follows(failureAt(NOW_MS + 6_000, { toleranceMs: 2_999 }), deathAt(NOW_MS))).toBe(false);
    const doubtful = deathAt(NOW_MS, { at: { epochMs: NOW_MS, toleranceMs: 3_000 } });
    expect(follows(failureAt(NOW_MS + 6_000), doubtful)).toBe(true);
    expect(follows(failureAt(NOW_MS - 4_000), doubtful)).toBe(true);
    expect(follows(failureAt(NOW_MS - 5_000), doubtful)).toBe(false);
  });

  it("earlier where only the master's late line tells of the death", () => {
    expect(follows(failureAt(NOW_MS - 2_000), deathAt(NOW_MS))).toBe(false);
    expect(follows(failureAt(NOW_MS - 2_000), deathAt(NOW_MS, { noticedLateMs: 1_800 }))).toBe(true);
  });

  it.each([
    ['a closed connection', {}, true],
    ['a cut body', { fault: 'closed-mid-body', effect: 'cut' }, true],
    ['a 502 of a log without its error line', { fault: undefined }, true],
    ['a 502 that the app answered itself', { fault: undefined, fromUpstream: true }, false],
    ['a missing socket', { fault: 'socket-missing' }, false],
    ['a full queue', { fault: 'queue-full' }, false],
    ['a time-out', { fault: 'timed-out-reading-header', status: 504 }, false],
    ['a request to another app server', { appServer: 'web-2' }, false],
    ['a request to nobody knows which app server', { appServer: undefined }, true],
    ['a 500', { fault: undefined, status: 500, fromUpstream: true }, false],
  ] as const)('%s at its second: %s', (_, parts, expected) => {
    const { fault, appServer, ...rest } = {
      fault: 'closed-before-header',
      appServer: 'web-1',
      ...parts,
    } as Record<string, unknown>;
    const plain = failureAt(NOW_MS, rest);
    const failure = { ...plain, fault, appServer } as unknown as Failure;
    expect(follows(failure, deathAt(NOW_MS))).toBe(expected);
  });

  it('a 500 follows from a time-out, which the worker answers itself', () => {
    const { fault: _, ...answered } = failureAt(NOW_MS, { status: 500, fromUpstream: true });
    expect(follows(answered, deathAt(NOW_MS, { cause: 'worker-timeout' }))).toBe(true);
  });
});

describe('one death', () => {
  it.each([
    [1, 1],
    [4, 4],
    [undefined, 9],
  ])('explains at most as many requests as its worker had threads (%s)', (threads, most) => {
    const failures = Array.from({ length: 9 }, (_, i) => failureAt(NOW_MS + i * 10));
    expect(matchesOf(failures, [deathAt(NOW_MS)], threads)).toHaveLength(most);
  });

  it('leaves to its neighbour what lies nearer to that one', () => {
    const [early, late] = [failureAt(NOW_MS + 100), failureAt(NOW_MS + 2_000)];
    const found = matchesOf([early, late], [deathAt(NOW_MS), deathAt(NOW_MS + 2_000, { pid: 202 })], 1);
    expect(found.map(f => [f.failure, f.death.pid])).toEqual(
      expect.arrayContaining([
        [early, 201],
        [late, 202],
      ]),
    );
  });
});

describe('a failure in the middle of two deaths', () => {
  it.each([
    ['in the order of time', [0, 2_000]],
    ['in another order', [2_000, 0]],
  ])('follows from the earlier one, listed %s', (_, times) => {
    const deaths = times.map(ms => deathAt(NOW_MS + ms));
    const found = matchesOf([failureAt(NOW_MS + 1_000)], deaths, undefined);
    expect(found.map(f => f.death.at.epochMs)).toEqual([NOW_MS]);
  });
});

describe('kills in quick succession', () => {
  it('explain a request each, also where the nearest pairs would leave one of both over', () => {
    // Four kills half a second apart; the requests fail a little later each, the last 4.2 s after the first kill.
    const deaths = [0, 500, 1_000, 4_000].map((ms, i) => deathAt(NOW_MS + ms, { pid: 201 + i }));
    const failures = [550, 1_050, 4_050, 4_200].map(ms => failureAt(NOW_MS + ms));
    expect(matchesOf(failures, deaths, 1)).toHaveLength(4);
  });
});

describe('matching', () => {
  const times = (most: number) => fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: most });
  const cases = fc.record({
    failures: times(40),
    deaths: times(12),
    threads: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  });
  const build = (c: { failures: number[]; deaths: number[] }) => ({
    failures: c.failures.map(ms => failureAt(NOW_MS + ms)),
    deaths: c.deaths.map((ms, i) => deathAt(NOW_MS + ms, { pid: 200 + i })),
  });

  it('gives every failure to one death at most, within the window and within the threads', () => {
    fc.assert(
      fc.property(cases, c => {
        const { failures, deaths } = build(c);
        const found = matchesOf(failures, deaths, c.threads);
        expect(new Set(found.map(f => f.failure)).size).toBe(found.length);
        for (const death of deaths) {
          const own = found.filter(f => f.death === death);
          expect(own.length).toBeLessThanOrEqual(c.threads ?? Number.POSITIVE_INFINITY);
          for (const { failure } of own) {
            const second = Math.floor(failure.atMs / 1000) * 1000;
            expect(second).toBeGreaterThanOrEqual(death.at.epochMs - 1_000);
            expect(second).toBeLessThanOrEqual(death.at.epochMs + 3_000);
          }
        }
      }),
    );
  });

  /** Every failure with every death, the nearest pairs first and of two equally near ones that of the earlier death. */
  const tryEveryPair = (
    failures: readonly Failure[],
    deaths: readonly WorkerDeath[],
    threads: ReadonlyMap<string, number>,
  ) => {
    const found = new Map<Failure, WorkerDeath>();
    const hasRoom = (death: WorkerDeath) =>
      [...found.values()].filter(d => d === death).length <
      (threads.get(death.server) ?? Number.POSITIVE_INFINITY);
    const pairs = failures
      .flatMap(failure =>
        deaths.map(death => ({ failure, death, ms: Math.abs(failure.atMs - death.at.epochMs) })),
      )
      .filter(p => follows(p.failure, p.death))
      .sort((a, b) => a.ms - b.ms || a.death.at.epochMs - b.death.at.epochMs);
    for (const { failure, death } of pairs)
      if (!found.has(failure) && hasRoom(death)) found.set(failure, death);
    return found;
  };

  const servers = fc.constantFrom('web-1', 'web-2', 'web-3');
  const doubt = fc.constantFrom(0, 0, 0, 1_000, 2_500);
  const STEP_MS = 60;
  const severalServers = fc.record({
    failures: fc.array(
      fc.record({
        step: fc.integer({ min: 0, max: 200 }),
        toleranceMs: doubt,
        appServer: fc.option(servers, { nil: undefined }),
        kind: fc.constantFrom(
          { fault: 'closed-before-header', status: 502 },
          { fault: undefined, status: 502 },
          { fault: undefined, status: 500, fromUpstream: true },
          { fault: 'timed-out-reading-header', status: 504 },
        ),
      }),
      { maxLength: 29 },
    ),
    deaths: fc.array(
      fc.record({
        step: fc.integer({ min: 0, max: 200 }),
        server: servers,
        toleranceMs: doubt,
        noticedLateMs: fc.constantFrom(0, 1_800),
        cause: fc.constantFrom('worker-oom-kill', 'worker-timeout'),
      }),
      { maxLength: 12 },
    ),
    threads: fc.dictionary(servers, fc.integer({ min: 1, max: 3 })),
  });

  it('ties each failure as trying every pair would, the nearest first, unless that leaves a failure and a place over', () => {
    let [compared, contested] = [0, 0];
    fc.assert(
      fc.property(severalServers, c => {
        // No two failures are equally near to a death: which of those it takes is nobody's promise.
        const failures = c.failures
          .map(
            ({ step, kind, ...rest }, i) =>
              ({ ...failureAt(NOW_MS + step * STEP_MS + i + 1), ...rest, ...kind }) as unknown as Failure,
          )
          .sort((a, b) => a.atMs - b.atMs);
        const deaths = c.deaths.map(({ step, toleranceMs, ...rest }, i) =>
          deathAt(NOW_MS, { ...rest, pid: 200 + i, at: { epochMs: NOW_MS + step * STEP_MS, toleranceMs } }),
        );
        const threads = new Map(Object.entries(c.threads));
        const found = new Map<Failure, WorkerDeath>();
        matchDeaths(failures, deaths, threads, (failure, death) => found.set(failure, death));
        const wanted = tryEveryPair(failures, deaths, threads);
        expect(found.size).toBeGreaterThanOrEqual(wanted.size);
        if (found.size > wanted.size) return;
        const roomy = tryEveryPair(failures, deaths, new Map());
        compared++;
        if (roomy.size > wanted.size) contested++;
        expect(found).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
    // Both ways of the matching were taken.
    expect(compared - contested).toBeGreaterThan(0);
    expect(contested).toBeGreaterThan(0);
  });

  it('finds at least what trying every pair, the nearest first, would find, and where that leaves both over, more', () => {
    fc.assert(
      fc.property(cases, c => {
        const { failures, deaths } = build(c);
        const pairs = failures
          .flatMap(failure =>
            deaths.map(death => ({ failure, death, ms: Math.abs(failure.atMs - death.at.epochMs) })),
          )
          .filter(p => follows(p.failure, p.death))
          .sort((a, b) => a.ms - b.ms);
        const used = new Map<WorkerDeath, number>();
        const matched = new Set<Failure>();
        for (const { failure, death } of pairs) {
          if (matched.has(failure) || (used.get(death) ?? 0) >= (c.threads ?? Number.POSITIVE_INFINITY))
            continue;
          used.set(death, (used.get(death) ?? 0) + 1);
          matched.add(failure);
        }
        const found = matchesOf(failures, deaths, c.threads);
        expect(found.length).toBeGreaterThanOrEqual(matched.size);
        // Whoever is left over fits no death that has a place left.
        const left = failures.filter(f => !found.some(m => m.failure === f));
        const free = deaths.filter(
          d => found.filter(m => m.death === d).length < (c.threads ?? Number.POSITIVE_INFINITY),
        );
        expect(left.filter(f => free.some(d => follows(f, d)))).toEqual([]);
      }),
    );
  });
});
