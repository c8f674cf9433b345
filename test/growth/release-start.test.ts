import { describe, expect, it } from 'vitest';
import { releaseStart } from '../../src/growth/release-start.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';

const MINUTE_MS = 60_000;
/** A life with a sample each minute, from and to in minutes. */
const aLife = (pid: number, from: number, to: number): WorkerLife => ({
  server: 'web-1',
  unit: 'shop.service',
  pid,
  startTicks: from,
  bootId: 'boot',
  points: Array.from({ length: to - from + 1 }, (_, step) => ({
    atMs: (from + step) * MINUTE_MS,
    rssBytes: 1,
  })),
});

describe('the start of a release', () => {
  it.each([
    ['nobody was seen', [], undefined],
    ['one generation', [aLife(1, 5, 100), aLife(2, 6, 100)], 5],
    ['a restart', [aLife(1, 0, 50), aLife(2, 0, 50), aLife(3, 52, 100), aLife(4, 52, 100)], 52],
    [
      'a reload whose old workers end beside the new ones',
      [aLife(1, 0, 51), aLife(2, 0, 50), aLife(3, 50, 100), aLife(4, 50, 100)],
      50,
    ],
    ['deaths one by one', [aLife(1, 0, 50), aLife(2, 0, 100), aLife(3, 51, 100)], 0],
    [
      'the last of several reloads',
      [aLife(1, 0, 30), aLife(2, 0, 30), aLife(3, 31, 60), aLife(4, 31, 60), aLife(5, 61, 90)],
      61,
    ],
    [
      'deaths one by one after a reload',
      [aLife(1, 0, 30), aLife(2, 0, 30), aLife(3, 31, 60), aLife(4, 31, 90), aLife(5, 61, 90)],
      31,
    ],
    ['a worker alone that is replaced', [aLife(1, 0, 30), aLife(2, 31, 60)], 31],
  ])('with %s', (_, lives, minute) => {
    const start = releaseStart(lives);
    expect(start === undefined ? undefined : start / MINUTE_MS).toBe(minute);
  });
});
