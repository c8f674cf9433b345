import type { Envelope } from './envelope.ts';
import { JUDGEMENT_RULE, type Room, timeLeftMs } from './judgement.ts';
import type { Trend } from './trend.ts';
import type { UnitRoom } from './unit-room.ts';

/** A worker among those that share a limit. */
export interface Tenant {
  readonly envelope: Envelope;
  readonly trend?: Trend;
  /** At its newest sample. */
  readonly rssBytes: number;
}

/** What one worker has until its limit. */
export interface TenantRoom {
  readonly room: Room;
  /** RSS at which it reaches the limit when those that grow go on as they do. */
  readonly limitBytes: number;
  /** RSS that each may reach when all are at their highest at once. */
  readonly peakLimitBytes: number;
}

/** Each worker has a limit of its own. */
export function ownRoom({ envelope }: Tenant, workerLimitBytes: number): TenantRoom {
  const { sharedBytes } = envelope;
  return {
    room: {
      limitBytes: workerLimitBytes - sharedBytes,
      level: { besideBytes: sharedBytes, wholeBytes: workerLimitBytes },
    },
    limitBytes: workerLimitBytes,
    peakLimitBytes: workerLimitBytes,
  };
}

/**
 * Parts the room of a unit among its workers. Four that leak alike fill it four times as fast as one: each growing
 * worker gets a part as large as its part in the growth, so that all arrive at the same time. For one that does not
 * grow the whole room is left. How full the unit is counts once, for the largest worker.
 */
export function sharedRooms(
  tenants: readonly Tenant[],
  unit: UnitRoom,
  pressed: boolean,
): readonly TenantRoom[] {
  const speeds = tenants.map(tenant => speedOf(tenant, unit.roomBytes));
  const together = speeds.reduce((sum, speed) => sum + speed, 0);
  const held = tenants.reduce((sum, { rssBytes, envelope }) => sum + rssBytes - envelope.sharedBytes, 0);
  const largest = tenants.reduce(
    (best, { rssBytes }, at) => (rssBytes > (tenants[best]?.rssBytes ?? 0) ? at : best),
    0,
  );
  return tenants.map(({ rssBytes, envelope }, at) => {
    const speed = speeds[at] as number;
    const part = speed > 0 ? unit.roomBytes * (speed / together) : unit.roomBytes;
    const ownBytes = rssBytes - envelope.sharedBytes;
    const { usage } = unit;
    return {
      room: {
        limitBytes: ownBytes + part,
        pressed,
        ...(usage &&
          at === largest && {
            level: { besideBytes: Math.max(0, usage.usedBytes - ownBytes), wholeBytes: usage.wholeBytes },
          }),
      },
      limitBytes: rssBytes + part,
      peakLimitBytes: (held + unit.roomBytes) / tenants.length + envelope.sharedBytes,
    };
  });
}

/** Steady growth counts; lately measured speed only where it could matter soon, for it is half noise. */
function speedOf({ trend }: Tenant, roomBytes: number): number {
  if (trend?.steady !== undefined) return trend.steady;
  const fast = trend?.fast;
  return fast !== undefined && timeLeftMs(roomBytes, fast) <= JUDGEMENT_RULE.settledEtaMs ? fast : 0;
}
