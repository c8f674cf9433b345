import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeliveryPump } from '../../src/adapters/delivery-pump.ts';

type Due = number | undefined;
const AHEAD_MS = 86_400_000;

/** A delivery whose every call waits until the test ends it. */
function aPump() {
  const under: PromiseWithResolvers<Due>[] = [];
  let calls = 0;
  const logged: string[] = [];
  const note = (_: object, text: string) => void logged.push(text);
  const pump = new DeliveryPump({
    deliverDue() {
      calls++;
      const last = under.at(-1);
      if (last) return last.promise;
      const next = Promise.withResolvers<Due>();
      under.push(next);
      return next.promise;
    },
    // Not this machine's: a pump that asked the machine would sleep for the difference.
    clock: { nowMs: () => Date.now() + AHEAD_MS },
    log: { info: note, warn: note, error: note },
  });
  const end = async (due: Due | Error) => {
    const last = under.pop();
    if (due instanceof Error) last?.reject(due);
    else last?.resolve(due);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { pump, end, calls: () => calls, logged };
}

describe('the delivery pump', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('delivers on waking and again when the next is due', async () => {
    const { pump, end, calls } = aPump();
    pump.wake();
    await end(Date.now() + AHEAD_MS + 5_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(calls()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls()).toBe(2);
    await end(undefined);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(calls()).toBe(2);
    await pump.stop();
  });

  it('has a delivery under way look again when woken', async () => {
    const { pump, end, calls } = aPump();
    pump.wake();
    pump.wake();
    expect(calls()).toBe(2);
    await end(undefined);
    await pump.stop();
  });

  it('looks at the queue every half minute even when the next is due far later', async () => {
    const { pump, end, calls } = aPump();
    pump.wake();
    await end(Date.now() + AHEAD_MS + 3_600_000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(calls()).toBe(2);
    await end(undefined);
    await pump.stop();
  });

  it('tries again soon after the state failed, and logs it', async () => {
    const { pump, end, calls, logged } = aPump();
    pump.wake();
    await end(new Error('the disk is full'));
    expect(logged).toEqual(['Messages could not be delivered']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls()).toBe(2);
    await end(undefined);
    await pump.stop();
  });

  it('drains until nothing waits', async () => {
    const { pump, end, calls } = aPump();
    const drained = pump.drain(10_000);
    await end(Date.now() + AHEAD_MS + 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await end(undefined);
    expect(await drained).toBe(true);
    pump.wake();
    expect(calls()).toBe(2);
  });

  it('stops draining when the time is up, with what is under way given a moment', async () => {
    const { pump, calls } = aPump();
    const drained = pump.drain(10_000);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await drained).toBe(false);
    expect(calls()).toBe(1);
  });
});
