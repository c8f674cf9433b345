import { ownMemory } from './own-memory.ts';
import { quantile } from './quantile.ts';
import type { LifePoint } from './worker-sample.ts';

/** Length of a bucket. On a grid of epoch time, so that a bucket is the same whenever it is asked for. */
export const BUCKET_MS = 20 * 60_000;
/** A fresh worker imports, connects and fills its first caches: that says nothing about growth. */
const WARM_UP_MS = 60 * 60_000;
/** Fewer samples than this do not make a bucket: their lowest may be a spike. */
const LEAST_SAMPLES = 5;
/** Requests come and go on top of what a worker holds; the low end of a bucket is what it keeps. */
const LOW_SHARE = 0.1;

/** The lower edge of a worker's memory over its life, one value per bucket. */
export interface Envelope {
  /** Begin of the first bucket, epoch ms. */
  readonly fromMs: number;
  /** Bytes of the worker's own memory; NaN where a bucket has too few samples. */
  readonly values: Float64Array;
  /** How many buckets from the first are warm-up; more than there are while it lasts. */
  readonly warmUp: number;
  /** What has to be added to get the worker's RSS: 0 where RSS itself was followed. */
  readonly sharedBytes: number;
}

/**
 * The envelope of the samples up to `nowMs`, in any order, duplicates allowed; buckets that have not ended are left
 * out, and so are samples that a clock which stepped back left in the future.
 */
export function envelopeOf(points: readonly LifePoint[], nowMs: number): Envelope {
  const own = ownMemory(points.filter(point => point.atMs <= nowMs));
  const first = own.points[0];
  if (first === undefined) return { fromMs: 0, values: new Float64Array(), warmUp: 0, sharedBytes: 0 };
  const firstBucket = Math.floor(first.atMs / BUCKET_MS);
  const count = Math.max(0, Math.floor(nowMs / BUCKET_MS) - firstBucket);
  const values = new Float64Array(count).fill(Number.NaN);
  for (let begin = 0; begin < own.points.length; ) {
    const bucket = Math.floor((own.points[begin] as { atMs: number }).atMs / BUCKET_MS);
    let end = begin + 1;
    while (end < own.points.length && Math.floor((own.points[end]?.atMs ?? 0) / BUCKET_MS) === bucket) end++;
    const held = own.points.slice(begin, end).map(point => point.bytes);
    if (held.length >= LEAST_SAMPLES && bucket - firstBucket < count)
      values[bucket - firstBucket] = quantile(held, LOW_SHARE);
    begin = end;
  }
  const warmUp = Math.ceil((first.atMs + WARM_UP_MS) / BUCKET_MS) - firstBucket;
  return { fromMs: firstBucket * BUCKET_MS, values, warmUp, sharedBytes: own.sharedBytes };
}
