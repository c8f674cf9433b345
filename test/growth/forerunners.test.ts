import { describe, expect, it } from 'vitest';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import { aLife, HOUR_MS, MEGABYTE, MINUTE_MS, START_MS } from './growing-worker.ts';

const DEPLOY_MINUTE = 600;

/** Two workers that leaked for ten hours, then a restart of all, and their successors of 80 minutes. */
function afterRestart(releaseSinceMs: number | undefined, speed = 12) {
  const lives = [0, 1].flatMap(worker => [
    aLife({ pid: worker, startTicks: 1, minutes: DEPLOY_MINUTE, rss: age => 100 + (speed * age) / 60 }),
    aLife({ pid: 10 + worker, startTicks: 2, fromMinute: DEPLOY_MINUTE, minutes: 80, rss: () => 110 }),
  ]);
  const nowMs = START_MS + (DEPLOY_MINUTE + 80) * MINUTE_MS;
  const unit = {
    server: 'web-1',
    unit: 'shop.service',
    lives,
    workerLimitBytes: 160 * MEGABYTE,
    ...(releaseSinceMs !== undefined && { releaseSinceMs }),
  };
  return { growth: serviceGrowth('shop', [unit], nowMs), nowMs };
}

describe('young workers', () => {
  it('inherit the growth of earlier lives of the same release', () => {
    const { growth, nowMs } = afterRestart(START_MS);
    expect(growth).toMatchObject({ severity: 'warning', growing: 2 });
    expect(growth.blindUntilMs).toBeUndefined();
    expect(growth.workers[0]?.reason).toMatch(
      /is too young to be judged, but 2 earlier lives of the same release grew steadily, about 12 MB per hour/,
    );
    const [from, to] = [growth.eta?.fromMs ?? 0, growth.eta?.toMs ?? 0].map(atMs => (atMs - nowMs) / HOUR_MS);
    expect(from).toBeLessThan(4.2);
    expect(to).toBeGreaterThan(4.2);
  });

  it.each([
    ['after a deploy', START_MS + DEPLOY_MINUTE * MINUTE_MS],
    ['when nothing is known of releases', undefined],
  ])('are blind %s, and it is said until when', (_, releaseSinceMs) => {
    const { growth, nowMs } = afterRestart(releaseSinceMs);
    expect(growth).toMatchObject({ severity: 'calm', growing: 0 });
    expect(((growth.blindUntilMs ?? 0) - nowMs) / MINUTE_MS).toBeCloseTo(100, 0);
  });

  it('are blind as well when earlier lives did not grow', () => {
    expect(afterRestart(START_MS, 0).growth).toMatchObject({ severity: 'calm', growing: 0 });
  });
});
