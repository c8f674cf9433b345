import { describe, expect, it } from 'vitest';
import { judge } from '../../src/growth/judgement.ts';
import { MEGABYTE } from './growing-worker.ts';

const LIMIT_MB = 200;
const judged = (megabytes: readonly number[], pressed = false) =>
  judge(
    {
      fromMs: 0,
      values: Float64Array.from(megabytes, value => value * MEGABYTE),
      warmUp: 0,
      sharedBytes: 0,
    },
    {
      limitBytes: LIMIT_MB * MEGABYTE,
      level: { besideBytes: 0, wholeBytes: LIMIT_MB * MEGABYTE },
      pressed,
    },
  );
const flat = Array<number>(12).fill(100);

describe('a level', () => {
  it.each([
    ['is critical when two buckets reach nine tenths', [...flat, 181, 182], false, 'near-limit'],
    ['is not when only the last one does', [...flat, 100, 182], false, 'none'],
    ['is not when the one before is missing', [...flat, Number.NaN, 182], false, 'none'],
    ['counts from eight tenths under pressure', [...flat, 161, 161], true, 'pressure'],
    ['counts for nothing below them', [...flat, 159, 159], true, 'none'],
  ])('%s', (_, megabytes, pressed, rule) => expect(judged(megabytes, pressed)).toMatchObject({ rule }));
});

describe('settled', () => {
  it.each([
    ['is who does not grow', flat, true],
    ['is not who is near the limit', flat.map(() => 185), false],
    ['is not who arrives within twelve hours', flat.map((_, at) => 100 + 3 * at), false],
    ['is who arrives later', flat.map((_, at) => 100 + at / 10), true],
    ['is not who is not known', flat.slice(0, 4), false],
  ])('%s', (_, megabytes, settled) => expect(judged(megabytes).settled).toBe(settled));
});

it('tells of a trend without a limit, and of no time', () => {
  const values = Float64Array.from(flat, (_, at) => (100 + at) * MEGABYTE);
  const judgement = judge({ fromMs: 0, values, warmUp: 0, sharedBytes: 0 }, undefined);
  expect(judgement).toMatchObject({ severity: 'calm', rule: 'none' });
  expect((judgement.speed ?? 0) / MEGABYTE).toBeCloseTo(1, 6);
  expect(judgement.etaMs).toBeUndefined();
});
