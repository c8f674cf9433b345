import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalOf } from '../../src/report/arrival.ts';

const AT_MS = Date.parse('2026-11-22T13:21:33Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const words = ({ fromMs, aboutMs, toMs }: ReturnType<typeof arrivalOf>) =>
  [fromMs, aboutMs, toMs].map(ms => new Date(ms).toISOString().slice(11, 16)).join(' ');

describe('an arrival', () => {
  it.each([
    ['near, in steps of five minutes', [0.5, 1.5], '13:50 14:15 14:55'],
    ['some hours away, in steps of ten', [2.5, 5.5], '15:50 17:00 19:00'],
    ['far away, in steps of half an hour', [7, 12], '20:00 22:30 01:30'],
    ['that may have come already', [-1, 1], '13:21 13:50 14:25'],
    ['now', [0, 0], '13:21 13:21 13:25'],
    ['whose middle has wider steps than its beginning', [5.88, 6.2], '19:10 19:30 20:00'],
    ['whose middle would be rounded to before its beginning', [5.99, 6.02], '19:20 19:30 19:30'],
  ] as const)('%s', (_how, [from, to], expected) => {
    const eta = { fromMs: AT_MS + from * HOUR_MS, toMs: AT_MS + to * HOUR_MS };
    expect(words(arrivalOf(eta, AT_MS))).toBe(expected);
  });

  it('is never narrower than it was judged, never before now, and its middle lies in between', () => {
    const span = fc.integer({ min: 0, max: 100 * 60 });
    fc.assert(
      fc.property(span, span, (first, more) => {
        const eta = { fromMs: AT_MS + first * MINUTE_MS, toMs: AT_MS + (first + more) * MINUTE_MS };
        const { fromMs, aboutMs, toMs } = arrivalOf(eta, AT_MS);
        expect(fromMs).toBeGreaterThanOrEqual(AT_MS);
        expect(fromMs).toBeLessThanOrEqual(eta.fromMs);
        expect(toMs).toBeGreaterThanOrEqual(eta.toMs);
        expect(aboutMs).toBeGreaterThanOrEqual(fromMs);
        expect(aboutMs).toBeLessThanOrEqual(toMs);
      }),
      {
        examples: [
          [0, 0],
          [5 * 60 + 53, 15],
        ],
        numRuns: 2_000,
      },
    );
  });
});
