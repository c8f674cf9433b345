import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { UnitHistory } from '../../src/growth/unit-history.ts';
import type { GrowthPicture } from '../../src/report/growth-picture.ts';
import { aLife, aUnitSample, HOUR_MS, MEGABYTE, START_MS, wobble } from '../growth/growing-worker.ts';

const mb = (count: number) => count * MEGABYTE;

export interface UnitStory {
  readonly server?: string;
  /** MB per hour of each worker. */
  readonly speeds: readonly number[];
  /** MemoryMax, where there is one. */
  readonly maxMb?: number;
  readonly hours?: number;
  readonly beginMb?: number;
  /** Hours after which all workers were restarted. */
  readonly restartAfter?: number;
  /** Hours, from and to, of which there are no samples. */
  readonly missing?: readonly [number, number];
  readonly more?: Parameters<typeof aUnitSample>[2];
}

const HOURS = 14;
/** When growths of these stories are looked at. */
export const LOOKED_AT_MS = START_MS + HOURS * HOUR_MS;

/** A unit as the sampler saw it over the hours before `LOOKED_AT_MS`. */
export function aUnit(story: UnitStory): UnitHistory {
  const {
    server = 'web-1',
    speeds,
    maxMb,
    hours = HOURS,
    beginMb = 120,
    restartAfter,
    missing,
    more,
  } = story;
  const fromMinute = (HOURS - hours) * 60;
  const isMissing = (age: number) => missing !== undefined && age >= missing[0] * 60 && age < missing[1] * 60;
  const lives = speeds.flatMap((speed, at) => {
    const rss = (age: number) => beginMb + at * 3 + (speed * age) / 60 + wobble(age + at, 1.5);
    const life = { server, pid: 4_711 + at, rss, isMissing };
    if (restartAfter === undefined) return [aLife({ ...life, fromMinute, minutes: hours * 60 })];
    const cut = restartAfter * 60;
    return [
      aLife({ ...life, fromMinute, minutes: cut }),
      aLife({
        ...life,
        pid: 5_811 + at,
        startTicks: 9_000,
        fromMinute: fromMinute + cut + 1,
        minutes: hours * 60 - cut - 1,
      }),
    ];
  });
  const present = restartAfter === undefined ? lives : lives.filter(({ startTicks }) => startTicks === 9_000);
  const current = present.reduce((sum, { points }) => sum + (points.at(-1)?.rssBytes ?? 0), 0);
  const last = aUnitSample(present, LOOKED_AT_MS, {
    server,
    ...(maxMb !== undefined && { memory: { currentBytes: current, maxBytes: mb(maxMb) } }),
    ...more,
  });
  return { server, unit: 'checkout.service', lives, last };
}

/** What is told of a service whose units were like that. */
export function aPicture(
  stories: readonly UnitStory[],
  kills: GrowthPicture['kills'] = [],
  service = 'checkout',
): GrowthPicture {
  const units = stories.map(aUnit);
  return { growth: serviceGrowth(service, units, LOOKED_AT_MS), units, kills };
}

/** Two of four workers leak, and what is left lasts for some hours. */
export const twoOfFour = () => aPicture([{ speeds: [25, 24, 0, 0], maxMb: 1_400 }]);
/** A limit just above what is usual. */
export const tightLimit = () => aPicture([{ speeds: [3, 3, 3, 3], maxMb: 770, beginMb: 130 }]);
export const oneWorker = () => aPicture([{ speeds: [22], maxMb: 520 }]);
export const sixteenWorkers = () =>
  aPicture([
    { server: 'web-1', speeds: [14, 13, 12, 14, 13, 12, 14, 13], maxMb: 2_950 },
    { server: 'web-2', speeds: [9, 9, 9, 9, 9, 0, 0, 0], maxMb: 2_600 },
  ]);
/** All workers were restarted, and leak again. */
export const afterRestart = () =>
  aPicture(
    [{ speeds: [24, 25, 0, 0], maxMb: 1_050, restartAfter: 7 }],
    [{ server: 'web-1', atMs: LOOKED_AT_MS - 7 * HOUR_MS, kills: 2 }],
  );
export const withGaps = () => aPicture([{ speeds: [25, 24, 0, 0], maxMb: 1_400, missing: [6, 7.5] }]);
/** No growth at all, and a limit that is far. */
export const calm = () => aPicture([{ speeds: [0, 0], maxMb: 4_000 }]);
/** Workers that are too young to be judged. */
export const young = () => aPicture([{ speeds: [20, 20], maxMb: 900, hours: 2 }]);
