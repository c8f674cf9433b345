import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { WorkerLife } from '../growth/worker-sample.ts';
import type { GrowthMeasure, MemoryRoom } from './growth-measure.ts';
import { shapeOf } from './growth-shape.ts';
import { trafficOf, visitMeasure, workersOfService } from './host-measure.ts';
import type { TrafficMinute } from './life-growth.ts';
import { measureGrowth } from './measured-growth.ts';
import { adviseRecycling, type RecyclingAdvice } from './recycling.ts';
import { judgeRecycling, type RecyclingSituation, type SafetyVerdict } from './recycling-safety.ts';
import { situationOf } from './recycling-situation.ts';
import type { Review } from './remark.ts';
import { reviewHost } from './review.ts';

/** What an advice is made of. Only the case file must be there. */
export interface AdviceMaterial {
  readonly caseFile: CaseFile;
  /** Of this service's unit, on all servers. */
  readonly lives?: readonly WorkerLife[];
  /** Requests of the whole service; the case file's access logs when not given. */
  readonly traffic?: readonly TrafficMinute[];
  readonly growth?: ServiceGrowth;
  /** A diagnosis found that planned restarts lose requests. */
  readonly dropsSeen?: RecyclingSituation['dropsSeen'];
  /** Said by a person; nothing else measures it. */
  readonly bootSeconds?: number;
}

/** For one server: recycling settings or why not, whether recycling is safe there, and the review. */
export interface ServerAdvice {
  readonly server: string;
  readonly measure: GrowthMeasure;
  readonly room: MemoryRoom;
  readonly recycling: RecyclingAdvice;
  readonly safety: SafetyVerdict;
  readonly review: Review;
  /** From when on the watch can tell how workers grow, epoch ms. */
  readonly enoughFromMs?: number;
}

export interface ServiceAdvice {
  readonly service: string;
  readonly unit: string;
  readonly servers: readonly ServerAdvice[];
  readonly unreached: CaseFile['unreached'];
}

/** Advice on each app server of a service. Servers differ in limit and workers, so each has settings of its own. */
export function adviseService(material: AdviceMaterial): ServiceAdvice {
  const { caseFile } = material;
  return {
    service: caseFile.service,
    unit: caseFile.unit,
    servers: caseFile.hosts.filter(h => h.runsApp).map(host => adviseHost(host, material)),
    unreached: caseFile.unreached,
  };
}

function adviseHost(host: HostFile, material: AdviceMaterial): ServerAdvice {
  const { caseFile, growth, dropsSeen, bootSeconds } = material;
  const lives = material.lives?.filter(life => life.server === host.server) ?? recordedLives(host);
  const watched = measureGrowth({
    lives,
    traffic: material.traffic ?? trafficOf(caseFile),
    workersOfService: workersOfService(caseFile),
  });
  const visit = visitMeasure(host, caseFile);
  const { freshIsAtMost, ...atVisit } = visit.measure;
  const isWatched = watched.measure.freshBytes !== undefined;
  const measure: GrowthMeasure = {
    ...atVisit,
    ...(freshIsAtMost && !isWatched && { freshIsAtMost }),
    ...watched.measure,
    ...(bootSeconds !== undefined && { bootSeconds }),
    basis: {
      ...visit.measure.basis,
      ...watched.measure.basis,
      ...(bootSeconds !== undefined && {
        bootSeconds: { kind: 'stated', words: 'said by --boot-seconds', lines: [] },
      }),
    },
  };
  const recycling = adviseRecycling(measure, visit.room);
  const shape = shapeOf(watched.judged);
  return {
    server: host.server,
    measure,
    room: visit.room,
    recycling,
    safety: judgeRecycling(situationOf(host, caseFile, dropsSeen)),
    review: reviewHost(host, {
      caseFile,
      recycling,
      measure,
      ...(shape !== undefined && { shape }),
      ...(growth !== undefined && { growth }),
    }),
    ...(watched.enoughFromMs !== undefined && !caseFile.recorded && { enoughFromMs: watched.enoughFromMs }),
  };
}

/** A sampler that ran beside a recorded incident is a watch, if a short one. */
function recordedLives(host: HostFile): readonly WorkerLife[] {
  const masters = new Set(host.samples.map(s => s.parentPid));
  const lives = new Map<number, { atMs: number; rssBytes: number }[]>();
  for (const { pid, atMs, rssBytes } of host.samples) {
    if (masters.has(pid)) continue;
    const points = lives.get(pid) ?? [];
    points.push({ atMs, rssBytes });
    lives.set(pid, points);
  }
  return [...lives].map(([pid, points]) => ({
    server: host.server,
    unit: host.unit?.unit ?? '',
    pid,
    startTicks: 0,
    bootId: '',
    points,
  }));
}
