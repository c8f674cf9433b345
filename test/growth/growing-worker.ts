import type { LifePoint, UnitSample, WorkerLife } from '../../src/growth/worker-sample.ts';

export const MEGABYTE = 1_048_576;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** A full hour, so that buckets begin with the life. */
export const START_MS = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);

export interface LifeStory {
  readonly pid?: number;
  readonly startTicks?: number;
  readonly bootId?: string;
  readonly server?: string;
  readonly fromMinute?: number;
  readonly minutes: number;
  /** RSS in MB by minutes of age. */
  readonly rss: (age: number) => number;
  readonly uss?: (age: number) => number | undefined;
  readonly served?: (age: number) => number;
  readonly isMissing?: (age: number) => boolean;
}

/** One worker as the sampler sees it: a sample a minute. */
export function aLife(story: LifeStory): WorkerLife {
  const points: LifePoint[] = [];
  for (let age = 0; age < story.minutes; age++) {
    if (story.isMissing?.(age)) continue;
    const uss = story.uss?.(age);
    const served = story.served?.(age);
    points.push({
      atMs: START_MS + ((story.fromMinute ?? 0) + age) * MINUTE_MS,
      rssBytes: story.rss(age) * MEGABYTE,
      ...(uss !== undefined && { ussBytes: uss * MEGABYTE }),
      ...(served !== undefined && { served }),
    });
  }
  return {
    server: story.server ?? 'web-1',
    unit: 'shop.service',
    pid: story.pid ?? 4_711,
    startTicks: story.startTicks ?? 900,
    bootId: story.bootId ?? 'boot-1',
    points,
  };
}

/** The same wobble for the same minute: nothing in tests is left to chance. */
export function wobble(age: number, megabytes: number): number {
  return megabytes * Math.sin(age * 12.9898) * Math.cos(age * 4.1414);
}

/** The newest sample of the lives given. */
export function aUnitSample(
  lives: readonly WorkerLife[],
  nowMs: number,
  more: Partial<UnitSample> = {},
): UnitSample {
  return {
    server: 'web-1',
    service: 'shop',
    unit: 'shop.service',
    atMs: nowMs,
    bootId: 'boot-1',
    workers: lives.map(({ pid, startTicks, points }) => ({
      pid,
      startTicks,
      rssBytes: points.at(-1)?.rssBytes ?? 0,
    })),
    ...more,
  };
}
