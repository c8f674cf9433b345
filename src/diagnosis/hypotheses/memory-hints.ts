import type { HostFile } from '../../collectors/case-file.ts';
import type { Analysis } from '../analysis.ts';
import type { Reason } from '../cause.ts';
import { clockTime, megabytes, reason } from '../hypothesis.ts';
import { oomCounter } from '../kernel-kills.ts';

/** A counter that began before the window: it proves no kill in it, but that the unit is one that gets killed. */
export function killedBefore(host: HostFile): Reason[] {
  const { final, sinceMs } = oomCounter(host);
  if (!final || sinceMs === undefined) return [];
  const text = `${host.server}: the unit's oom_kill counter stands at ${final} since ${clockTime(sinceMs)} of ${new Date(sinceMs).toISOString().slice(0, 10)}: it has been killed for memory before.`;
  return [reason(5, text, [host.cgroup?.oomKillsLine])];
}

/** Memory that came near the limit without a proven kill. */
export function memoryNearLimit(analysis: Analysis, server: string): Reason[] {
  const host = analysis.caseFile.hosts.find(h => h.server === server);
  const limit = host?.cgroup?.limitBytes ?? host?.unit?.memoryMaxBytes;
  if (!host || limit === undefined) return [];
  const highest = host.samples.reduce<(typeof host.samples)[number] | undefined>(
    (top, s) => ((s.unitBytes ?? 0) > (top?.unitBytes ?? 0) ? s : top),
    undefined,
  );
  const peak = Math.max(
    highest?.unitBytes ?? 0,
    host.cgroup?.peakBytes ?? 0,
    host.unit?.memoryCurrentBytes ?? 0,
  );
  if (peak < 0.9 * limit) return [];
  return [
    reason(8, `${server}: the unit's memory reached ${megabytes(peak)} of its ${megabytes(limit)} limit.`, [
      highest?.line ?? host.unit?.lines.get('MemoryCurrent'),
      host.unit?.lines.get('MemoryMax'),
    ]),
  ];
}
