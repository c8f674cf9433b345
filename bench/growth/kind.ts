import type { Random } from './random.ts';

/** Memory of one worker life in MB without noise, asked minute by minute. */
export type Curve = (minute: Minute) => number;

export interface Minute {
  /** Minutes since the life began. */
  readonly age: number;
  /** Minutes since the simulation began. */
  readonly at: number;
  /** Traffic now, 1 on average over a day. */
  readonly load: number;
  /** Traffic so far in this life: minutes at average load. */
  readonly served: number;
}

/** How the workers of one service use memory. Drawn once per service; each life asks for a curve of its own. */
export interface Kind {
  readonly name: string;
  /** Highest level in MB that the worker keeps by right. */
  readonly plateau: number;
  /** A short peak in MB above the plateau, which the limit has to hold as well. */
  readonly peak?: number;
  /** Minutes until a recycle; absent: lives until a deploy. */
  readonly lifeMinutes?: (random: Random) => number;
  /** Curve of one life; `limit` in MB lets a leak aim at it. */
  curve(random: Random, limit: number): Curve;
}

export type KindMaker = (random: Random) => Kind;

export const HOUR = 60;
export const DAY = 24 * HOUR;

/** Half of the fresh memory is there at once, the rest within minutes: imports, first requests. */
export function boot(age: number, base: number): number {
  return base * (1 - 0.45 * Math.exp(-age / 4));
}

/** Fresh memory of a worker, MB. */
export function baseOf(random: Random): number {
  return random.scale(60, 400);
}
