import type { HostFile } from '../collectors/case-file.ts';
import { HEADROOM_SHARE } from './arithmetic.ts';
import type { GrowthMeasure } from './growth-measure.ts';
import { roomOf, usedBytesOf, workerCountOf } from './host-measure.ts';
import { type ReviewSheet, remark } from './remark.ts';

/** From here on a unit is called close to its limit. */
const CLOSE_SHARE = 0.85;

/** Whether the workers fit, what limits them, and how near they are. */
export function reviewMemory(host: HostFile, measure: GrowthMeasure, sheet: ReviewSheet): void {
  reviewLimits(host, sheet);
  reviewNow(host, sheet);
  reviewWorkers(host, measure, sheet);
  reviewCores(host, sheet);
}

function reviewLimits({ unit, memory }: HostFile, sheet: ReviewSheet): void {
  const max = unit?.lines.get('MemoryMax') ?? unit?.lines.get('MemoryLimit');
  if (unit === undefined || unit.loadState === 'not-found' || max === undefined) {
    sheet.gap('memory-limits', 'unit-state');
    return;
  }
  const high = unit.lines.get('MemoryHigh');
  const { memoryMaxBytes: maxBytes, memoryHighBytes: highBytes } = unit;
  sheet.check('memory-limits', [
    maxBytes === undefined &&
      highBytes === undefined &&
      remark('no-memory-limit', 'medium', memory ? { totalBytes: memory.totalBytes } : {}, [max, high]),
    maxBytes === undefined &&
      highBytes !== undefined &&
      remark('high-without-max', 'medium', { highBytes }, [high, max]),
    // cgroup v1 knows no MemoryHigh: systemd prints the property all the same.
    maxBytes !== undefined &&
      high !== undefined &&
      highBytes === undefined &&
      remark('max-without-high', 'note', { maxBytes }, [max, high]),
  ]);
}

function reviewNow(host: HostFile, sheet: ReviewSheet): void {
  const { cgroup, unit } = host;
  const usedBytes = usedBytesOf(host);
  const { limitBytes, basis } = roomOf(host);
  if (usedBytes === undefined && cgroup?.oomKills === undefined) {
    sheet.gap('memory-now', 'unit-state');
    return;
  }
  sheet.check('memory-now', [
    cgroup?.oomKills !== undefined &&
      cgroup.oomKills > 0 &&
      remark(
        'kills-counted',
        'high',
        { kills: cgroup.oomKills, ...(unit?.activeSinceMs !== undefined && { sinceMs: unit.activeSinceMs }) },
        [cgroup.oomKillsLine, unit?.lines.get('ActiveEnterTimestamp')],
      ),
    cgroup?.highHits !== undefined &&
      cgroup.highHits > 0 &&
      remark(
        'throttled',
        'medium',
        {
          times: cgroup.highHits,
          ...(unit?.memoryHighBytes !== undefined && { highBytes: unit.memoryHighBytes }),
        },
        [cgroup.highHitsLine, unit?.lines.get('MemoryHigh')],
      ),
    usedBytes !== undefined &&
      limitBytes !== undefined &&
      usedBytes >= CLOSE_SHARE * limitBytes &&
      remark('close-to-limit', 'medium', { usedBytes, limitBytes }, [
        unit?.lines.get('MemoryCurrent'),
        ...(basis.limitBytes?.lines ?? []),
      ]),
  ]);
}

function reviewWorkers(host: HostFile, measure: GrowthMeasure, sheet: ReviewSheet): void {
  const { workers, freshBytes, freshIsAtMost: freshIsGuessed = false } = measure;
  const { limitBytes, masterBytes, basis } = roomOf(host);
  if (workers === undefined || freshBytes === undefined || masterBytes === undefined) {
    sheet.gap('memory-for-workers', 'worker-table');
    sheet.gap('reload-room', 'worker-table');
    return;
  }
  if (limitBytes === undefined) {
    sheet.gap('memory-for-workers', 'limit');
    sheet.gap('reload-room', 'limit');
    return;
  }
  const sumBytes = workers * freshBytes + masterBytes;
  const usedBytes = usedBytesOf(host);
  const preload = host.gunicorn?.preload?.value;
  const budget = limitBytes * (1 - HEADROOM_SHARE);
  const lines = [measure.basis.workers, measure.basis.freshBytes, basis.limitBytes].flatMap(
    from => from?.lines.slice(0, 2) ?? [],
  );
  sheet.check('memory-for-workers', [
    sumBytes > budget &&
      remark(
        'workers-exceed-memory',
        // With shared pages a sum of RSS proves nothing.
        preload === true ? 'note' : sumBytes > limitBytes && !freshIsGuessed ? 'high' : 'medium',
        {
          workers,
          freshBytes,
          freshIsGuessed,
          sumBytes,
          limitBytes,
          workersThatFit: Math.max(0, Math.floor((budget - masterBytes) / freshBytes)),
          mayShare: preload !== false,
        },
        lines,
      ),
    preload === true &&
      usedBytes !== undefined &&
      remark('preload-shares', 'note', { rssSumBytes: rssSumOf(host), usedBytes }, [
        host.gunicorn?.preload?.line,
      ]),
  ]);
  if (usedBytes === undefined) {
    sheet.gap('reload-room', 'unit-state');
    return;
  }
  const freeBytes = Math.max(0, limitBytes - usedBytes);
  // Under preload the new generation shares most of its pages with the master.
  const neededBytes = preload === true ? 0 : workers * freshBytes;
  sheet.check('reload-room', [
    freeBytes < neededBytes &&
      remark('reload-needs-room', 'medium', { neededBytes, freeBytes, workers, freshIsGuessed }, lines),
  ]);
}

function rssSumOf(host: HostFile): number {
  const main = host.unit?.mainPid;
  const own = host.workers.filter(w => w.pid === main || w.parentPid === main);
  return own.reduce((sum, w) => sum + (w.rssBytes ?? 0), 0);
}

/** A quota or a CPU set of the unit; the number of the host's CPUs is not among what is read. */
function reviewCores(host: HostFile, sheet: ReviewSheet): void {
  const lines = host.unit?.lines;
  const quota = /=(\d{1,6}(?:\.\d{1,6})?)s$/.exec(lines?.get('CPUQuotaPerSecUSec')?.text ?? '')?.[1];
  const set = lines?.get('EffectiveCPUs')?.text.slice('EffectiveCPUs='.length);
  const cores = quota === undefined ? countCpus(set) : Number(quota);
  const counted = workerCountOf(host);
  if (cores === undefined || counted === undefined) {
    sheet.gap('cores', counted === undefined ? 'worker-table' : 'cores');
    return;
  }
  const workers = counted.count;
  sheet.check('cores', [
    workers > 2 * cores + 1 &&
      remark('more-workers-than-cores', 'note', { workers, cores }, [
        ...counted.basis.lines,
        lines?.get(quota === undefined ? 'EffectiveCPUs' : 'CPUQuotaPerSecUSec'),
      ]),
  ]);
}

/** `0-3 8`: systemd's lists of CPUs. */
function countCpus(list: string | undefined): number | undefined {
  if (list === undefined || !/^\d{1,5}(?:-\d{1,5})?(?:[ ,]\d{1,5}(?:-\d{1,5})?){0,500}$/.test(list))
    return undefined;
  return list.split(/[ ,]/).reduce((sum, part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
