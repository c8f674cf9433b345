import { describe, expect, it } from 'vitest';
import { BurstWatch, burstRule } from '../../src/workflows/burst-rule.ts';

const MINUTE_MS = 60_000;
const usual = (count: number, minutes = 60) => Array.from({ length: minutes }, () => count);

describe('502s of a minute', () => {
  it.each([
    { http502: 2, requests: 2, earlier: [], rule: undefined, why: 'two are too few, whatever the share' },
    { http502: 3, requests: 3, earlier: [], rule: 'share', why: 'three of three' },
    { http502: 3, requests: 300, earlier: usual(0), rule: 'share', why: 'one in a hundred' },
    { http502: 3, requests: 301, earlier: usual(0), rule: undefined, why: 'just below one in a hundred' },
    { http502: 20, requests: 100_000, earlier: usual(0), rule: 'jump', why: 'far above none' },
    {
      http502: 20,
      requests: 100_000,
      earlier: usual(0, 9),
      rule: undefined,
      why: 'nobody knows what is usual',
    },
    { http502: 6, requests: 100_000, earlier: usual(0), rule: undefined, why: '6 is not above 0 + 6·√1' },
    { http502: 7, requests: 100_000, earlier: usual(0), rule: 'jump', why: '7 is' },
    { http502: 160, requests: 100_000, earlier: usual(100), rule: undefined, why: 'as it varies there' },
    { http502: 161, requests: 100_000, earlier: usual(100), rule: 'jump', why: 'above 100 + 6·√101' },
    { http502: 0, requests: 0, earlier: [], rule: undefined, why: 'nothing was asked' },
  ])('are $rule when $http502 of $requests fail: $why', ({ http502, requests, earlier, rule }) => {
    expect(burstRule({ http502, requests }, earlier)).toBe(rule);
  });
});

describe('an outage', () => {
  const bad = { http502: 50, requests: 100 };
  const good = { http502: 0, requests: 100 };

  it('is told once while it lasts, and the next one again', () => {
    const watch = new BurstWatch();
    const told: number[] = [];
    // Ten bad minutes, four calm ones, one bad, six calm ones, one bad.
    const minutes = [...Array(10).fill(bad), ...Array(4).fill(good), bad, ...Array(6).fill(good), bad];
    for (const [minute, now] of minutes.entries())
      if (watch.see('web1', now, minute * MINUTE_MS)) told.push(minute);
    expect(told).toEqual([0, 21]);
  });

  it('that two servers see is one', () => {
    const watch = new BurstWatch();
    expect(watch.see('web1', bad, 0)).toBe('share');
    expect(watch.see('web2', bad, 20_000)).toBeUndefined();
    // A reading that comes late does not begin another.
    expect(watch.see('web3', bad, -40_000)).toBeUndefined();
  });

  it('that never ends stays one', () => {
    const watch = new BurstWatch();
    const told = Array.from({ length: 1_440 }, (_, minute) => watch.see('web1', bad, minute * MINUTE_MS));
    expect(told.filter(Boolean).length).toBe(1);
  });
});
