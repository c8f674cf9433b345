import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replayGrowth } from '../../src/growth/replay.ts';
import { readWorkerMemory } from '../../src/growth/worker-memory-csv.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';
import { aLife, MEGABYTE } from './growing-worker.ts';

const MINUTE_MS = 60_000;

function recorded(name: string): readonly WorkerLife[] {
  const file = new URL(`../fixtures/growth/${name}.csv`, import.meta.url);
  const recording = readWorkerMemory(readFileSync(file, 'utf8'));
  if (!recording.ok) throw new Error(recording.problem);
  return recording.lives;
}

describe('a recorded leak', () => {
  it.each([
    ['leak-cache', 86.8, 3_177],
    ['leak-rare', 75.5, 2_959],
  ])(
    '%s is warned of at least half an hour before it reaches %d MB at minute %d',
    (name, limitMb, crossed) => {
      const [first] = replayGrowth(recorded(name), limitMb * MEGABYTE);
      expect(['warning', 'critical']).toContain(first?.kind);
      expect(first?.minute).toBeLessThanOrEqual(crossed - 30);
      expect(first?.reason).toMatch(/Worker \d+ \(up \d+ h\)/);
    },
  );

  it.each([45, 50, 60, 70, 80])('of a cache without bound is caught at any limit, such as %d MB', limitMb => {
    const lives = recorded('leak-cache');
    const crossed = lives[0]?.points.find(({ rssBytes }) => rssBytes >= limitMb * MEGABYTE)?.atMs ?? 0;
    const [first] = replayGrowth(lives, limitMb * MEGABYTE);
    expect(first?.minute).toBeLessThanOrEqual(crossed / MINUTE_MS - 30);
  });
});

it.each([
  ['ok-lru', 77.1],
  ['ok-step', 138],
  ['leak-cache-recycled', 71.8],
])('nothing is told of %s', (name, limitMb) => {
  expect(replayGrowth(recorded(name), limitMb * MEGABYTE)).toEqual([]);
});

describe('a replay', () => {
  const grown = (age: number) => 100 + age / 10;

  it('knows at each moment only what was there by then', () => {
    const whole = replayGrowth([aLife({ minutes: 1_400, rss: grown })], 220 * MEGABYTE);
    const cut = replayGrowth([aLife({ minutes: 1_000, rss: grown })], 220 * MEGABYTE);
    const end = (cut.at(-1)?.minute ?? 0) + 1;
    expect(cut.length).toBeGreaterThan(0);
    expect(whole.filter(({ minute }) => minute < end)).toEqual(cut);
  });

  it('tells the whole story of a leak: warned, worse, restarted, over', () => {
    const leak = aLife({ pid: 1, minutes: 960, rss: grown });
    const healthy = aLife({ pid: 2, startTicks: 901, fromMinute: 960, minutes: 900, rss: () => 100 });
    const events = replayGrowth([leak, healthy], 200 * MEGABYTE);
    expect(events.map(({ kind }) => kind)).toEqual(['warning', 'critical', 'reset-by-restart', 'resolve']);
    for (const { kind, etaMinutes } of events.slice(0, 2)) {
      expect(kind === 'resolve' || (etaMinutes?.[0] ?? 9) <= (etaMinutes?.[1] ?? 0)).toBe(true);
    }
  });

  it('of nothing tells nothing', () => expect(replayGrowth([], MEGABYTE)).toEqual([]));
});
