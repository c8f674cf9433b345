import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast, compareRates, type TwoRates } from '../../src/remediation/statistics.ts';

const two = (
  beforeEvents: number,
  beforeExposure: number,
  afterEvents: number,
  afterExposure: number,
): TwoRates => ({
  beforeEvents,
  beforeExposure,
  afterEvents,
  afterExposure,
});

/** The same tails summed in exact fractions. */
function exactTails(
  cases: readonly (readonly [least: number, of: number, over: number, under: number])[],
): number[] {
  const program = `import json,sys
from fractions import Fraction as F
from math import comb
for k,n,a,b in json.load(sys.stdin):
    p=F(a,b); print(float(sum(F(comb(n,i))*p**i*(1-p)**(n-i) for i in range(k,n+1))))`;
  const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(cases), encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout.trim().split('\n').map(Number);
}

describe('the comparison of two rates', () => {
  it('gives what R gives for its own example, breast cancer and fluoroscopy', () => {
    // R: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)), 95 percent confidence interval 0.8584264 4.2772659
    const answer = compareRates(two(21, 3_011, 11, 800));
    expect(answer.ratio).toBeCloseTo(1.971488, 6);
    expect(answer.from).toBeCloseTo(0.8584264, 6);
    expect(answer.to).toBeCloseTo(4.2772659, 6);
  });

  it('sums tails as exact fractions do', () => {
    const cases = fc
      .sample(fc.tuple(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 999 })), { numRuns: 200, seed: 7 })
      .map(([least, more, over]) => [least, least + more, over, 1_000] as const);
    const exact = exactTails(cases);
    for (const [at, [least, of, over, under]] of cases.entries()) {
      const got = atLeast(least, of, over / under);
      expect(Math.abs(got - exact[at]!)).toBeLessThan(1e-11);
    }
  });

  it.each([
    ['the same counts of the same exposure', two(10, 1, 10, 1), 1, 1],
    ['none before and none after', two(0, 10, 0, 10), undefined, 1],
    ['5 before in a day, none in a quarter of an hour', two(5, 24, 0, 0.25), 0, 1],
    ['nothing before, 8 after', two(0, 1, 8, 1), undefined, 0.0078125],
    ['8 before, nothing after', two(8, 1, 0, 1), 0, 0.0078125],
  ])('%s', (_, rates, ratio, p) => {
    const answer = compareRates(rates);
    expect(answer.ratio).toBe(ratio);
    expect(answer.p).toBeCloseTo(p, p === 1 ? 6 : 10);
  });

  it('is below 0.05 exactly when the interval leaves out 1', () => {
    const counts = fc.nat(2_000);
    const exposure = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(counts, exposure, counts, exposure, (a, m, b, n) => {
        const { p, from, to } = compareRates(two(a, m, b, n));
        if (Math.abs(p - 0.05) > 1e-9) expect(p < 0.05).toBe(from > 1 || to < 1);
      }),
    );
  });

  it('turns round when before and after change places', () => {
    const counts = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [one, other] = [compareRates(two(a, 10, b, 30)), compareRates(two(b, 30, a, 10))];
        expect(one.p).toBeCloseTo(other.p, 8);
        expect(one.from * other.to).toBeCloseTo(1, 6);
      }),
    );
  });

  it('holds large counts', () => {
    const { ratio, from, to } = compareRates(two(200_000, 1_000, 100_000, 1_000));
    expect(ratio).toBe(0.5);
    expect(from).toBeGreaterThan(0.496);
    expect(to).toBeLessThan(0.504);
  });
});
