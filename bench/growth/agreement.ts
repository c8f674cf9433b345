import { BUCKET_MS } from '../../src/growth/envelope.ts';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { Decision } from './decisions.ts';
import { lifeOf } from './decisions.ts';
import type { Random } from './random.ts';
import type { SimulatedWorker } from './simulated-service.ts';

/**
 * Asks the whole analysis, as the watch asks it, at a moment of a simulated service, and compares with what the bench
 * decided by its shorter way. Answers with a sentence for each disagreement.
 */
export function disagreements(
  workers: readonly SimulatedWorker[],
  decided: readonly (readonly Decision[])[],
  random: Random,
): readonly string[] {
  const starts = workers.flatMap(({ lives }) => lives.map(({ startMs }) => startMs));
  const ends = workers.flatMap(({ lives }) => lives.map(({ endMs }) => endMs));
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const nowMs = Math.floor(random.between(first, last) / BUCKET_MS) * BUCKET_MS;
  const lives = workers.flatMap((worker, slot) => worker.lives.map((life, at) => lifeOf(life, slot, at)));
  const limitBytes = workers[0]?.limitBytes ?? 0;
  const unit = { server: 'simulated', unit: 'simulated', lives, workerLimitBytes: limitBytes };
  const growth = serviceGrowth('simulated', [unit], nowMs);
  return growth.workers.flatMap(({ pid, startTicks, severity, rule }) => {
    const life = workers[pid - 1_000]?.lives[startTicks];
    if (life === undefined || life.endMs < nowMs) return [];
    const judgement = decided[pid - 1_000]?.find(one => one.life === life && one.atMs === nowMs)?.judgement;
    return severity === (judgement?.severity ?? 'calm')
      ? []
      : [`${workers[0]?.kind}: analysis ${severity} (${rule}), bench ${judgement?.severity ?? 'calm'}`];
  });
}
