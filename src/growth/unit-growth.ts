import { BUCKET_MS, type Envelope, envelopeOf } from './envelope.ts';
import { etaRange } from './eta-range.ts';
import { type Forerunners, forerunnersOf, judgeByForerunners } from './forerunners.ts';
import type { ServiceGrowth, WorkerGrowth } from './growth-finding.ts';
import { SHORTEST_WINDOW } from './growth-window.ts';
import { growthReason } from './growth-words.ts';
import { type Judgement, judge } from './judgement.ts';
import { judgePeaks, type Recycling, recyclingOf } from './recycling.ts';
import { ownRoom, sharedRooms, type Tenant, type TenantRoom } from './shared-room.ts';
import { type UnitHistory, unitLives } from './unit-history.ts';
import { isPressed, type UnitRoom, unitRoom } from './unit-room.ts';
import { servedBy, spanOf } from './worker-life.ts';
import type { WorkerLife } from './worker-sample.ts';

const HOUR_MS = 3_600_000;

/** The workers of one unit on one server. */
export interface UnitGrowth {
  readonly workers: readonly WorkerGrowth[];
  readonly limit?: NonNullable<ServiceGrowth['limit']>;
  readonly limitBytes?: number;
  /** When each worker is old enough to be judged, epoch ms; the present for those that are. */
  readonly eyesOpenAtMs: readonly number[];
}

/** Judges every worker of a unit that is alive at `nowMs`. */
export function unitGrowth(history: UnitHistory, nowMs: number): UnitGrowth {
  const { present, finished } = unitLives(history, nowMs);
  const tenants = present.map(life => tenantOf(life, nowMs));
  const bound = history.last && unitRoom(history.last);
  const { workerLimitBytes } = history;
  const rooms: readonly TenantRoom[] =
    workerLimitBytes !== undefined
      ? tenants.map(tenant => ownRoom(tenant, workerLimitBytes))
      : bound === undefined
        ? []
        : sharedRooms(tenants, bound, isPressed(history.before, history.last));
  const recycling = recyclingOf(finished, present, nowMs);
  const forerunners = forerunnersOf(finished, history.releaseSinceMs, nowMs);
  const judged = tenants.map((tenant, at) =>
    judgedWorker(tenant, rooms[at], { recycling, forerunners, server: history.server, nowMs }),
  );
  return {
    workers: judged.map(({ growth }) => growth),
    ...(workerLimitBytes === undefined && bound && boundOf(bound)),
    eyesOpenAtMs: judged.map(({ eyesOpenAtMs }) => eyesOpenAtMs),
  };
}

function boundOf({ limit, limitBytes }: UnitRoom) {
  return { limit, ...(limitBytes !== undefined && { limitBytes }) };
}

interface LivingTenant extends Tenant {
  readonly life: WorkerLife;
  readonly ageMs: number;
}

function tenantOf(life: WorkerLife, nowMs: number): LivingTenant {
  const envelope = envelopeOf(life.points, nowMs);
  const newest = life.points.reduce((late, point) => (point.atMs > late.atMs ? point : late));
  const { trend } = judge(envelope, undefined);
  const ageMs = Math.max(0, nowMs - spanOf(life).fromMs);
  return { life, envelope, ageMs, rssBytes: newest.rssBytes, ...(trend && { trend }) };
}

interface Surroundings {
  readonly recycling: Recycling | undefined;
  readonly forerunners: Forerunners | undefined;
  readonly server: string;
  readonly nowMs: number;
}

function judgedWorker(tenant: LivingTenant, place: TenantRoom | undefined, around: Surroundings) {
  const { life, envelope, ageMs, rssBytes } = tenant;
  const { recycling, forerunners, nowMs } = around;
  const own = judge(envelope, place?.room);
  const served = servedBy(life);
  let judgement: Judgement = own;
  const lent = own.rule === 'not-enough-data' && own.shortage === 'young' ? forerunners : undefined;
  if (recycling !== undefined && place !== undefined)
    judgement = judgePeaks(
      own,
      recycling,
      { ageMs, rssBytes, ...(served !== undefined && { served }) },
      place.peakLimitBytes,
    );
  else if (lent !== undefined && place !== undefined)
    judgement = judgeByForerunners(own, lent, rssBytes - envelope.sharedBytes, place.room);
  const blindMs = judgement.rule === 'not-enough-data' ? Math.max(0, opensAtMs(envelope) - nowMs) : 0;
  const leftMs = judgement.etaMs === undefined ? undefined : etaRange(judgement, lent !== undefined);
  const byPeaks = recycling !== undefined && judgement !== own;
  const growth: WorkerGrowth = {
    server: around.server,
    pid: life.pid,
    startTicks: life.startTicks,
    severity: judgement.severity,
    rule: judgement.rule,
    nowBytes: rssBytes,
    ageMs,
    ...(judgement.settled && { settled: true }),
    ...(leftMs && { eta: { fromMs: nowMs + leftMs.from, toMs: nowMs + leftMs.to } }),
    ...(place && { limitBytes: Math.round(place.limitBytes) }),
    ...(judgement.speed !== undefined && {
      bytesPerHour: Math.round((judgement.speed * HOUR_MS) / BUCKET_MS),
    }),
    reason: growthReason({
      pid: life.pid,
      ageMs,
      nowBytes: rssBytes,
      sharedBytes: envelope.sharedBytes,
      judgement,
      blindMs,
      ...(place && { limitBytes: byPeaks ? place.peakLimitBytes : place.limitBytes }),
      ...(leftMs && { leftMs }),
      ...(lent && judgement !== own && { forerunners: lent.lives }),
      ...(byPeaks && {
        recycling: {
          lifeMs: recycling.lifeMs,
          peakBytes: Math.max(...recycling.peaks.map(({ bytes }) => bytes)),
        },
      }),
    }),
  };
  return { growth, eyesOpenAtMs: nowMs + blindMs };
}

/** When an envelope will be long enough to be judged. */
function opensAtMs({ fromMs, warmUp }: Envelope): number {
  return fromMs + (warmUp + SHORTEST_WINDOW) * BUCKET_MS;
}
