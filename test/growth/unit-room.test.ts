import { describe, expect, it } from 'vitest';
import { isPressed, unitRoom } from '../../src/growth/unit-room.ts';
import { aLife, aUnitSample, MEGABYTE, START_MS } from './growing-worker.ts';

const lives = [1, 2].map(pid => aLife({ pid, minutes: 1, rss: () => 200 }));
const sample = (more: Parameters<typeof aUnitSample>[2]) => aUnitSample(lives, START_MS, more);
const mb = (count: number) => count * MEGABYTE;

describe('the room of a unit', () => {
  it('is what MemoryMax leaves, less a twentieth, the master and all workers', () => {
    const room = unitRoom(
      sample({ masterRssBytes: mb(30), memory: { currentBytes: mb(900), maxBytes: mb(1_000) } }),
    );
    expect(room).toEqual({
      limit: 'memory-max',
      limitBytes: mb(1_000),
      roomBytes: mb(950 - 430),
      usage: { usedBytes: mb(430), wholeBytes: mb(950) },
    });
  });

  it('goes by the cgroup where that says less than the sum of RSS, which counts shared pages twice', () => {
    const room = unitRoom(
      sample({ masterRssBytes: mb(30), memory: { currentBytes: mb(250), maxBytes: mb(1_000) } }),
    );
    expect(room?.roomBytes).toBe(mb(700));
  });

  it.each([
    ['memory-high', { currentBytes: mb(400), maxBytes: mb(1_000), highBytes: mb(600) }, mb(4_000), mb(200)],
    ['memory-max', { currentBytes: mb(400), maxBytes: mb(1_000) }, mb(4_000), mb(550)],
    ['host', { currentBytes: mb(400), maxBytes: mb(1_000) }, mb(500), mb(100)],
    ['host', { currentBytes: mb(400) }, mb(900), mb(500)],
    ['host', undefined, mb(900), mb(500)],
  ] as const)('is the tightest: %s', (limit, memory, hostAvailableBytes, roomBytes) => {
    const room = unitRoom(
      sample({ ...(memory && { memory }), hostAvailableBytes, hostTotalBytes: mb(8_000) }),
    );
    expect(room?.limit).toBe(limit);
    const whole = { 'memory-high': 600, 'memory-max': 1_000, host: 8_000 };
    expect(room?.limitBytes).toBe(mb(whole[limit]));
    expect(room?.roomBytes).toBeCloseTo(roomBytes, -1);
  });

  it('is unknown where no limit can be read', () => expect(unitRoom(sample({}))).toBeUndefined());

  it('is never less than nothing', () => {
    expect(unitRoom(sample({ memory: { currentBytes: mb(990), maxBytes: mb(300) } }))?.roomBytes).toBe(0);
  });
});

describe('pressure', () => {
  const memory = (highEvents: number, maxEvents: number) => ({ currentBytes: 1, highEvents, maxEvents });
  it.each([
    [true, memory(1, 0), memory(2, 0)],
    [true, memory(1, 5), memory(1, 6)],
    [false, memory(3, 5), memory(3, 5)],
    [false, memory(300, 5), memory(0, 0)],
  ])('%s', (pressed, before, after) => {
    expect(isPressed(sample({ memory: before }), sample({ memory: after }))).toBe(pressed);
  });

  it('is not seen over a reboot, nor without counters', () => {
    const [before, after] = [sample({ memory: memory(1, 1) }), sample({ memory: memory(2, 2) })];
    expect(isPressed({ ...before, bootId: 'another' }, after)).toBe(false);
    expect(isPressed(undefined, after)).toBe(false);
    expect(isPressed(sample({}), after)).toBe(false);
  });
});
