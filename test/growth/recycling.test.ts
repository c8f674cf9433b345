import { describe, expect, it } from 'vitest';
import { recyclingOf } from '../../src/growth/recycling.ts';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';
import { aLife, HOUR_MS, MEGABYTE, MINUTE_MS, START_MS } from './growing-worker.ts';

interface Succession {
  /** Length of each life in minutes; the last one still runs. */
  readonly lengths: readonly number[];
  readonly speed?: (life: number) => number;
  readonly served?: (life: number, age: number) => number;
  readonly pid?: number;
  readonly fromMinute?: number;
}

/** Lives of one worker after another, each growing from 100 MB at so many MB per hour. */
function successive({
  lengths,
  speed = () => 10,
  served,
  pid = 100,
  fromMinute = 0,
}: Succession): WorkerLife[] {
  let from = fromMinute;
  return lengths.map((minutes, at) => {
    const life = aLife({
      pid: pid + at,
      startTicks: from,
      fromMinute: from,
      minutes,
      rss: age => 100 + (speed(at) * age) / 60,
      ...(served && { served: age => served(at, age) }),
    });
    from += minutes;
    return life;
  });
}

function endOf(lives: readonly WorkerLife[]): number {
  return Math.max(...lives.map(({ points }) => points.at(-1)?.atMs ?? 0)) + MINUTE_MS;
}

function told(lives: readonly WorkerLife[], limitMb: number) {
  const unit = { server: 'web-1', unit: 'shop.service', lives, workerLimitBytes: limitMb * MEGABYTE };
  const [worst] = serviceGrowth('shop', [unit], endOf(lives)).workers;
  return worst;
}

describe('a leak that recycling contains', () => {
  // Peaks at 160 MB; the last life has six hours of growth behind it.
  const lives = successive({ lengths: [360, 350, 370, 360, 340] });

  it('is judged by its peaks: no warning while they stay away from the limit', () => {
    const worker = told(lives, 190);
    expect(worker).toMatchObject({ severity: 'calm', rule: 'none', settled: true });
    expect(worker?.reason).toMatch(/is recycled after about 6 h; its forerunners reached 16\d MB/);
  });

  it('would be warned of without that history', () => {
    expect(told(lives.slice(-1), 190)).toMatchObject({ severity: 'warning', rule: 'steady-growth' });
  });

  it('is warned of when the peaks come close to the limit', () => {
    const young = successive({ lengths: [360, 350, 370, 360, 100] });
    const worker = told(young, 170);
    expect(worker).toMatchObject({ severity: 'warning', rule: 'rising-peaks' });
    const left = ((worker?.eta?.toMs ?? 0) - endOf(young)) / HOUR_MS;
    expect(left).toBeGreaterThan(4.3);
    expect(worker?.reason).toContain('before they left: too close to its limit of 170 MB');
  });

  it('is judged by its growth again when it is recycled no more', () => {
    // Slower than its forerunners: it is no higher than they were, only older.
    const overdue = successive({ lengths: [360, 350, 370, 360, 600], speed: life => (life === 4 ? 6 : 10) });
    expect(told(overdue, 181)).toMatchObject({ severity: 'warning', rule: 'steady-growth' });
  });

  it('is judged by its growth when it holds more than its forerunners ever did', () => {
    const faster = successive({ lengths: [360, 350, 370, 360, 340], speed: life => (life === 4 ? 20 : 10) });
    expect(told(faster, 270)).toMatchObject({ severity: 'warning', rule: 'steady-growth' });
  });

  it('is warned of when the peaks of a day rise over those of the day before', () => {
    const lengths = Array<number>(11).fill(355);
    const rising = (life: number) => (life < 5 ? 10 : 16);
    expect(told(successive({ lengths, speed: rising }), 230)).toMatchObject({ rule: 'rising-peaks' });
    expect(told(successive({ lengths, speed: () => 10 }), 230)).toMatchObject({ severity: 'calm' });
  });
});

describe('lives show recycling', () => {
  const shown = (lives: readonly WorkerLife[], present: readonly WorkerLife[] = []) =>
    recyclingOf(lives, present, endOf([...lives, ...present]));

  it('when they are alike in time', () => {
    const recycling = shown(successive({ lengths: [360, 400, 330] }));
    expect((recycling?.lifeMs ?? 0) / HOUR_MS).toBeCloseTo(6, 0);
    expect(recycling?.peaks.map(({ bytes }) => Math.round(bytes / MEGABYTE))).toEqual([160, 166, 155]);
  });

  it('when they are alike in requests, though nights are quiet', () => {
    const lengths = [200, 600, 330, 700];
    const lives = successive({ lengths, served: (life, age) => (1_000 * (age + 1)) / (lengths[life] ?? 1) });
    expect(shown(lives)).toMatchObject({ lifeServed: 1_000 });
    expect(shown(successive({ lengths }))).toBeUndefined();
  });

  it.each([
    ['not when there are only two', [360, 360]],
    ['not when they differ', [30, 360, 900, 100]],
    ['not when there are none', []],
  ])('%s', (_, lengths) => expect(shown(successive({ lengths }))).toBeUndefined());

  it('not when all workers ended together: that was a restart', () => {
    const finished = [0, 1, 2].flatMap(generation =>
      [0, 1, 2, 3].map(worker =>
        aLife({
          pid: 10 * generation + worker,
          startTicks: generation,
          fromMinute: generation * 400,
          minutes: 400,
          rss: () => 100,
        }),
      ),
    );
    expect(shown(finished)).toBeUndefined();
  });

  it('when others live on at each end', () => {
    const finished = successive({ lengths: [360, 360, 360] });
    const present = [aLife({ pid: 7, minutes: 1_100, rss: () => 100 })];
    expect(shown(finished, present)).toBeDefined();
  });

  it('only those of the last three days', () => {
    const lives = successive({ lengths: [360, 360, 360] });
    expect(recyclingOf(lives, [], START_MS + 5 * 24 * HOUR_MS)).toBeUndefined();
  });

  it('a life too short for a bucket has a peak all the same', () => {
    const recycling = shown(successive({ lengths: [12, 12, 12], speed: () => 300 }));
    expect(recycling?.peaks[0]?.bytes).toBeGreaterThan(140 * MEGABYTE);
  });
});
