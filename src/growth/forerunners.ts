import { envelopeOf } from './envelope.ts';
import { JUDGEMENT_RULE, type Judgement, judge, type Room, timeLeftMs } from './judgement.ts';
import { median } from './quantile.ts';
import { spanOf } from './worker-life.ts';
import type { WorkerLife } from './worker-sample.ts';

/** One life may have had a reason of its own. */
const LEAST_LIVES = 2;

/** How earlier lives of the same release grew. */
export interface Forerunners {
  readonly lives: number;
  /** Their middle speed, bytes per bucket. */
  readonly speed: number;
}

/**
 * The growth that lives which ended since the present release runs leave to their successors: at least two, and at
 * least half of those that lived long enough, grew steadily to their end. Undefined when nothing is known of the
 * release, or when they did not.
 */
export function forerunnersOf(
  finished: readonly WorkerLife[],
  releaseSinceMs: number | undefined,
  nowMs: number,
): Forerunners | undefined {
  if (releaseSinceMs === undefined) return undefined;
  const trends = finished
    .filter(life => spanOf(life).fromMs >= releaseSinceMs)
    .map(life => judge(envelopeOf(life.points, Math.min(nowMs, spanOf(life).toMs)), undefined).trend)
    .filter(trend => trend !== undefined);
  const speeds = trends.map(({ steady }) => steady).filter(speed => speed !== undefined);
  if (speeds.length < LEAST_LIVES || speeds.length * 2 < trends.length) return undefined;
  return { lives: speeds.length, speed: median(speeds) };
}

/** Judges a worker that is too young for its own figures by the speed of its forerunners. */
export function judgeByForerunners(
  judgement: Judgement,
  { speed }: Forerunners,
  ownBytes: number,
  room: Room,
): Judgement {
  const etaMs = timeLeftMs(room.limitBytes - ownBytes, speed);
  if (etaMs > JUDGEMENT_RULE.steadyEtaMs) return judgement;
  return {
    ...judgement,
    // Lent speed is never so sure that it should wake somebody twice.
    severity: 'warning',
    rule: 'steady-growth',
    speed,
    etaMs,
  };
}
