import type { LifePoint } from '../../src/growth/worker-sample.ts';
import type { Kind, KindMaker } from './kind.ts';
import type { Random } from './random.ts';

const DAY = 24 * 60;
/** Length of a simulation. */
export const SIMULATED_DAYS = 3;
const LENGTH = SIMULATED_DAYS * DAY;
const WORKERS = 4;
export const MEGABYTE = 1_048_576;
/** Any begin will do; a full hour, as a fleet's clock has it. */
const EPOCH_MS = 1_790_000_000_000 - (1_790_000_000_000 % 3_600_000);
const MINUTE_MS = 60_000;

/** How much room the limit leaves above what a worker keeps by right. */
export type Tightness = 'roomy' | 'tight';

export interface SimulatedLife {
  /** Age in minutes at which it reached its limit; absent where a deploy or a recycle came first. */
  readonly crossedAtMinute?: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly points: readonly LifePoint[];
}

export interface SimulatedWorker {
  readonly kind: string;
  readonly limitBytes: number;
  readonly lives: readonly SimulatedLife[];
}

/** Three days of four workers of one service, with deploys, day and night, noise, lost samples and outages. */
export function simulateService(
  random: Random,
  makeKind: KindMaker,
  tightness: Tightness,
): readonly SimulatedWorker[] {
  const kind = makeKind(random);
  const factor = tightness === 'tight' ? random.between(1.25, 2) : random.between(2, 5);
  const limit = Math.max(kind.plateau * factor, (kind.plateau + (kind.peak ?? 0)) * 1.05);
  const story: ServiceStory = {
    kind,
    limit,
    load: loadOf(random),
    deploys: moments(random, 0.35),
    outages: moments(random, 0.5).map(from => ({ from, to: from + random.between(10, 90) })),
    noise: kind.plateau * random.scale(0.002, 0.03),
    blips: random.between(0, 0.3),
  };
  return Array.from({ length: WORKERS }, () => ({
    kind: kind.name,
    limitBytes: limit * MEGABYTE,
    lives: livesOf(story, random.fork()),
  }));
}

interface ServiceStory {
  readonly kind: Kind;
  readonly limit: number;
  /** Traffic by minute, 1 on average. */
  readonly load: Float64Array;
  readonly deploys: readonly number[];
  readonly outages: readonly { readonly from: number; readonly to: number }[];
  readonly noise: number;
  /** Share of minutes in which a sample falls into a request that holds memory. */
  readonly blips: number;
}

function loadOf(random: Random): Float64Array {
  const amplitude = random.between(0.2, 0.95);
  const shift = random.between(0, DAY);
  const restless = random.between(0, 0.4);
  let mood = random.normal();
  return Float64Array.from({ length: LENGTH }, (_, at) => {
    // Besides day and night traffic wanders over hours: campaigns, crawlers, other people's outages.
    mood = 0.99 * mood + Math.sqrt(1 - 0.99 ** 2) * random.normal();
    const rhythm = 1 + amplitude * Math.sin((2 * Math.PI * (at - shift)) / DAY);
    return rhythm * Math.exp(restless * mood - restless ** 2 / 2);
  });
}

function moments(random: Random, perDay: number): number[] {
  const found: number[] = [];
  for (let at = random.exponential(DAY / perDay); at < LENGTH; at += random.exponential(DAY / perDay))
    found.push(Math.floor(at));
  return found;
}

function livesOf(story: ServiceStory, random: Random): SimulatedLife[] {
  const lives: SimulatedLife[] = [];
  for (let from = 0; from < LENGTH - 1; ) {
    const recycle = story.kind.lifeMinutes?.(random) ?? Number.POSITIVE_INFINITY;
    const deploy = story.deploys.find(at => at > from) ?? LENGTH;
    const life = lifeOf(story, random, from, Math.min(LENGTH, deploy, Math.ceil(from + recycle)));
    lives.push(life);
    from = Math.max(from + 1, Math.round((life.endMs - EPOCH_MS) / MINUTE_MS));
  }
  return lives;
}

function lifeOf(story: ServiceStory, random: Random, from: number, to: number): SimulatedLife {
  const { kind, limit, load, outages, noise, blips } = story;
  const curve = kind.curve(random, limit);
  const points: LifePoint[] = [];
  let served = 0;
  let wander = random.normal();
  let crossed: number | undefined;
  let at = from;
  for (; at < to && crossed === undefined; at++) {
    const now = load[at] as number;
    const held = curve({ age: at - from, at, load: now, served });
    served += now;
    wander = 0.95 * wander + Math.sqrt(1 - 0.95 ** 2) * random.normal();
    const settled = held + noise * wander;
    if (settled >= limit) crossed = at - from;
    const blip = random.next() < blips * now ? random.exponential(0.03) * kind.plateau : 0;
    if (random.next() < 0.02 || outages.some(outage => at >= outage.from && at < outage.to)) continue;
    // Samples come a little after the full minute, never at the same second.
    const atMs = EPOCH_MS + at * MINUTE_MS + Math.floor(random.next() * 10_000);
    points.push({ atMs, rssBytes: Math.max(1, settled + blip) * MEGABYTE, served: Math.floor(served * 100) });
  }
  return {
    startMs: EPOCH_MS + from * MINUTE_MS,
    endMs: EPOCH_MS + at * MINUTE_MS,
    points,
    ...(crossed !== undefined && { crossedAtMinute: crossed }),
  };
}
