import { BUCKET_MS, envelopeOf } from '../../src/growth/envelope.ts';
import { type Judgement, judge } from '../../src/growth/judgement.ts';
import { judgePeaks, type Recycling, recyclingOf } from '../../src/growth/recycling.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';
import type { SimulatedLife, SimulatedWorker } from './simulated-service.ts';

/** What the analysis said of one worker at the end of one bucket, where it was not calm. */
export interface Decision {
  readonly life: SimulatedLife;
  readonly atMs: number;
  readonly judgement: Judgement;
}

/**
 * All decisions about the workers of a service, one list per worker. Each envelope is made once and read up to the
 * moment of the decision: a bucket is the same whenever it is asked for, so that this is what looking every 20
 * minutes says, in a hundredth of the time.
 */
export function decisionsOf(workers: readonly SimulatedWorker[]): readonly (readonly Decision[])[] {
  const all = workers.flatMap((worker, slot) => worker.lives.map((life, at) => lifeOf(life, slot, at)));
  const recycling = recyclingOverTime(all);
  return workers.map(worker =>
    worker.lives.flatMap(life => {
      const envelope = envelopeOf(life.points, life.endMs);
      const decisions: Decision[] = [];
      for (let count = 1; count <= envelope.values.length; count++) {
        const atMs = envelope.fromMs + count * BUCKET_MS;
        const judgement = judgedAt(worker, life, { envelope, count, atMs, recycling: recycling(atMs) });
        if (judgement.severity !== 'calm') decisions.push({ life, atMs, judgement });
      }
      return decisions;
    }),
  );
}

function judgedAt(
  { limitBytes }: SimulatedWorker,
  life: SimulatedLife,
  now: {
    readonly envelope: ReturnType<typeof envelopeOf>;
    readonly count: number;
    readonly atMs: number;
    readonly recycling: Recycling | undefined;
  },
): Judgement {
  const room = { limitBytes, level: { besideBytes: 0, wholeBytes: limitBytes } };
  const own = judge(now.envelope, room, now.count);
  if (now.recycling === undefined) return own;
  const newest = life.points.findLast(point => point.atMs <= now.atMs);
  if (newest === undefined) return own;
  const ageMs = now.atMs - (life.points[0]?.atMs ?? now.atMs);
  const { rssBytes, served = 0 } = newest;
  return judgePeaks(own, now.recycling, { ageMs, rssBytes, served }, limitBytes);
}

/** The life as the sampler stores it: names that no other life has. */
export function lifeOf({ points }: SimulatedLife, slot: number, at: number): WorkerLife {
  return {
    server: 'simulated',
    unit: 'simulated',
    pid: 1_000 + slot,
    startTicks: at,
    bootId: 'boot',
    points,
  };
}

/** Recycling changes only when another life has ended. */
function recyclingOverTime(all: readonly WorkerLife[]): (atMs: number) => Recycling | undefined {
  const spans = all
    .filter(life => life.points.length > 0)
    .map(life => ({ life, fromMs: life.points[0]?.atMs ?? 0, toMs: life.points.at(-1)?.atMs ?? 0 }));
  let ended = -1;
  let known: Recycling | undefined;
  return atMs => {
    const begun = spans.filter(({ fromMs }) => fromMs <= atMs);
    const newest = Math.max(...begun.map(({ toMs }) => Math.min(toMs, atMs)));
    const gone = begun.filter(({ toMs }) => toMs < newest - 5 * 60_000);
    if (gone.length !== ended) {
      ended = gone.length;
      const present = begun.filter(span => !gone.includes(span)).map(({ life }) => life);
      known = recyclingOf(
        gone.map(({ life }) => life),
        present,
        atMs,
      );
    }
    return known;
  };
}
