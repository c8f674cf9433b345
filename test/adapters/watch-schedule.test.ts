import { afterEach, describe, expect, it, vi } from 'vitest';
import { WatchSchedule } from '../../src/adapters/watch-schedule.ts';

const MINUTE_MS = 60_000;
const schedules: WatchSchedule[] = [];
afterEach(async () => {
  for (const schedule of schedules.splice(0)) await schedule.stop();
  vi.useRealTimers();
});

function started(tick: () => Promise<{ overlapped: boolean }>) {
  vi.useFakeTimers({ now: Date.parse('2027-10-31T00:57:00Z') });
  const logged: string[] = [];
  const say = (_: object, text: string) => void logged.push(text);
  let renewals = 0;
  const schedule = new WatchSchedule({
    tick,
    renew: async () => void renewals++,
    log: { info: say, warn: say, error: say },
  });
  schedules.push(schedule);
  return { schedule, logged, renewals: () => renewals };
}

describe('the schedule of the watch', () => {
  it('ticks once in each minute, also in the night when the clocks go back, and renews four times a lease', async () => {
    const minutes: number[] = [];
    const { renewals } = started(async () => {
      minutes.push(Math.floor(Date.now() / MINUTE_MS));
      return { overlapped: false };
    });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(minutes.length).toBeGreaterThanOrEqual(9);
    expect(minutes).toEqual(minutes.map((_, at) => (minutes[0] ?? 0) + at));
    expect(renewals()).toBe(121);
  });

  it('begins no minute while the one before goes on', async () => {
    let under = 0;
    let most = 0;
    started(async () => {
      most = Math.max(most, ++under);
      await new Promise(resolve => setTimeout(resolve, 150_000));
      under--;
      return { overlapped: false };
    });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(most).toBe(1);
  });

  it('goes on after a minute that failed', async () => {
    let ticks = 0;
    const { logged } = started(async () => {
      if (++ticks === 1) throw new Error('a bug');
      return { overlapped: ticks === 2 };
    });
    await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(ticks).toBeGreaterThanOrEqual(3);
    expect(logged).toEqual(['a minute of the watch failed', expect.stringContaining('still went on')]);
  });

  it('does nothing once it is stopped', async () => {
    let ticks = 0;
    const { schedule, renewals } = started(async () => {
      ticks++;
      return { overlapped: false };
    });
    await schedule.stop();
    const before = renewals();
    await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
    expect([ticks, renewals()]).toEqual([0, before]);
  });
});
