import type { UnitSample } from './worker-sample.ts';

/** The kernel reclaims and charges in steps: the last twentieth of a limit is not to be counted on. */
const USABLE = 0.95;

/** How much the workers of a unit may still take together, and what bounds it. */
export interface UnitRoom {
  readonly limit: 'memory-max' | 'memory-high' | 'host';
  /** As it is set, or the host's memory; absent where that is not known. */
  readonly limitBytes?: number;
  readonly roomBytes: number;
  /** How full the cgroup's limit is. Absent for a host: others fill it too, and rightly. */
  readonly usage?: { readonly usedBytes: number; readonly wholeBytes: number };
}

/** The tightest of the unit's limits at a sample; undefined where none is known. */
export function unitRoom(sample: UnitSample): UnitRoom | undefined {
  const rooms: UnitRoom[] = [];
  const { memory } = sample;
  if (memory !== undefined) {
    const usedBytes = usedOf(sample, memory.currentBytes);
    const bounded = (limit: 'memory-max' | 'memory-high', limitBytes: number, wholeBytes: number) =>
      rooms.push({
        limit,
        limitBytes,
        roomBytes: Math.max(0, wholeBytes - usedBytes),
        usage: { usedBytes, wholeBytes },
      });
    if (memory.maxBytes !== undefined) bounded('memory-max', memory.maxBytes, memory.maxBytes * USABLE);
    if (memory.highBytes !== undefined) bounded('memory-high', memory.highBytes, memory.highBytes);
  }
  if (sample.hostAvailableBytes !== undefined) {
    const { hostAvailableBytes, hostTotalBytes } = sample;
    const reserve = (1 - USABLE) * (hostTotalBytes ?? hostAvailableBytes);
    rooms.push({
      limit: 'host',
      ...(hostTotalBytes !== undefined && { limitBytes: hostTotalBytes }),
      roomBytes: Math.max(0, hostAvailableBytes - reserve),
    });
  }
  return rooms.sort((a, b) => a.roomBytes - b.roomBytes)[0];
}

/** True when the cgroup was throttled or refused memory between two samples of one run of the unit. */
export function isPressed(before: UnitSample | undefined, last: UnitSample | undefined): boolean {
  const rose = (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && to > from;
  return (
    before?.bootId === last?.bootId &&
    (rose(before?.memory?.highEvents, last?.memory?.highEvents) ||
      rose(before?.memory?.maxEvents, last?.memory?.maxEvents))
  );
}

/**
 * What the unit's processes really hold: the cgroup also counts file cache, which the kernel gives back, and the
 * sum of RSS counts shared pages once per worker. Both are too high, so the lower one is nearer.
 */
function usedOf({ workers, masterRssBytes = 0 }: UnitSample, currentBytes: number): number {
  const sum = workers.reduce((bytes, { rssBytes }) => bytes + rssBytes, masterRssBytes);
  return workers.length === 0 ? currentBytes : Math.min(currentBytes, sum);
}
