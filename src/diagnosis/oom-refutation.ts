import type { HostFile } from '../collectors/case-file.ts';
import type { SourceLine } from '../signals/signal.ts';
import { oomCounter } from './kernel-kills.ts';

/** Whether the kernel log was readable and covers this instant: then its silence means something. */
export function kernelLogSpeaksAt(host: HostFile, atMs: number): boolean {
  return host.coverage.some(
    c =>
      c.source === 'kernel-log' &&
      c.state === 'read' &&
      (c.fromMs ?? Number.POSITIVE_INFINITY) <= atMs &&
      (c.toMs ?? Number.NEGATIVE_INFINITY) >= atMs,
  );
}

/** What refutes an OOM kill of this unit at an instant: its counter stood still, or a covering kernel log is silent. */
export function oomRefutedAt(host: HostFile, atMs: number): SourceLine[] | undefined {
  const counter = oomCounter(host);
  if (counter.final === 0 && counter.sinceMs !== undefined && counter.sinceMs <= atMs) {
    return host.cgroup?.oomKillsLine ? [host.cgroup.oomKillsLine] : [];
  }
  return kernelLogSpeaksAt(host, atMs) ? [] : undefined;
}
