import { describe, expect, it } from 'vitest';
import {
  AutoDiagnosis,
  decideAutoDiagnosis,
  type ServiceUnrest,
} from '../../src/workflows/auto-diagnosis.ts';
import type { BurstSeen, KillSeen } from '../../src/workflows/watch-events.ts';
import { FakeTime, settle } from './fake-time.ts';

const NOW = Date.parse('2026-11-22T10:30:30Z');
const MINUTE_MS = 60_000;
const kill = (change: Partial<KillSeen> = {}): KillSeen => ({
  kind: 'kill-seen',
  server: 'app1',
  service: 'checkout',
  unit: 'checkout.service',
  kills: 1,
  fromMs: NOW - MINUTE_MS,
  toMs: NOW,
  proof: 'unit',
  ...change,
});
const burst: BurstSeen = {
  kind: 'burst-seen',
  server: 'web1',
  service: 'checkout',
  http502: 12,
  requests: 300,
  fromMs: NOW - MINUTE_MS,
  toMs: NOW,
  rule: 'share',
};
const calm: ServiceUnrest = { running: false };

describe('an alarm', () => {
  it.each([
    { name: 'of a kill', alarm: kill(), words: "the unit's own counter rose" },
    { name: 'of several kills', alarm: kill({ kills: 3 }), words: 'killed 3 processes of checkout.service' },
    { name: 'of a kill in the slice', alarm: kill({ proof: 'slice' }), words: 'of its slice' },
    { name: 'of a burst', alarm: burst, words: '12 of 300 requests ended with 502 on web1' },
  ])('$name starts a diagnosis of the half hour before, and says why', ({ alarm, words }) => {
    const decision = decideAutoDiagnosis(alarm, calm, NOW);
    expect(decision).toMatchObject({
      start: true,
      window: { fromMs: NOW - 31 * MINUTE_MS, toMs: NOW },
    });
    expect(decision.because).toContain(words);
  });

  it.each([
    [{ running: true }, 'running'],
    [{ running: false, lastBegunAtMs: NOW - 15 * MINUTE_MS + 1 }, 'lately'],
    [{ running: false, quietUntilMs: NOW + 1 }, 'quiet'],
  ] as const)('starts none while %j', (unrest, reason) => {
    const decision = decideAutoDiagnosis(kill(), unrest, NOW);
    expect(decision).toMatchObject({ start: false, reason });
    expect(decision.because).toContain('checkout');
  });

  it.each([
    { running: false, lastBegunAtMs: NOW - 15 * MINUTE_MS },
    { running: false, quietUntilMs: NOW },
  ])('starts one again after %j', unrest => {
    expect(decideAutoDiagnosis(kill(), unrest, NOW).start).toBe(true);
  });

  it('has one key for all processes that see it in the same quarter of an hour', () => {
    const keys = [0, 14, 16].map(minutes => {
      const atMs = NOW - (NOW % (15 * MINUTE_MS)) + minutes * MINUTE_MS;
      const decision = decideAutoDiagnosis(kill(), calm, atMs);
      return decision.start && decision.key;
    });
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it('after a long silence does not look further back than a diagnosis can carry', () => {
    const decision = decideAutoDiagnosis(kill({ fromMs: NOW - 20 * 3_600_000 }), calm, NOW);
    expect(decision.start && NOW - decision.window.fromMs).toBe(3 * 3_600_000);
  });
});

describe('alarms', () => {
  function rig(unrest: () => Promise<ServiceUnrest> = async () => calm) {
    const time = new FakeTime(NOW);
    const begun: string[] = [];
    const logged: string[] = [];
    const say = (_: object, text: string) => void logged.push(text);
    const broken: { by?: Error } = {};
    const auto = new AutoDiagnosis({
      clock: time,
      log: { info: say, warn: say, error: say },
      unrestOf: unrest,
      begin: async alarm => {
        if (broken.by) throw broken.by;
        begun.push(alarm.service);
      },
    });
    return { time, begun, logged, auto, broken };
  }

  it('that come together start one diagnosis of each service', async () => {
    const { auto, begun } = rig();
    await Promise.all([
      auto.see(kill()),
      auto.see(burst),
      auto.see(kill({ service: 'search' })),
      auto.see(burst),
    ]);
    expect(begun.sort()).toEqual(['checkout', 'search']);
  });

  it('start the next one after a quarter of an hour', async () => {
    const { auto, begun, time } = rig();
    await auto.see(kill());
    await time.advance(14 * MINUTE_MS);
    await auto.see(kill());
    await time.advance(2 * MINUTE_MS);
    await auto.see(kill());
    expect(begun.length).toBe(2);
  });

  it('that could not start one do not count, and throw nothing', async () => {
    const { auto, begun, logged, broken } = rig();
    broken.by = new Error('the database is away');
    await auto.see(kill());
    delete broken.by;
    await auto.see(kill());
    expect(begun).toEqual(['checkout']);
    expect(logged[0]).toContain('could not start');
  });

  it('wait for each other only within a service', async () => {
    const waiting = Promise.withResolvers<ServiceUnrest>();
    let asked = 0;
    const { auto, begun } = rig(() => (asked++ === 0 ? waiting.promise : Promise.resolve(calm)));
    const first = auto.see(kill());
    await auto.see(kill({ service: 'search' }));
    await settle();
    expect(begun).toEqual(['search']);
    waiting.resolve(calm);
    await first;
    expect(begun).toEqual(['search', 'checkout']);
  });
});
