import type { HostFile } from '../collectors/case-file.ts';
import type { SourceLine } from '../signals/signal.ts';
import { oomCounter } from './kernel-kills.ts';

/** journald notices lost kernel messages some time after they are lost. */
const LOSS_MS = 300_000;

/** Whether the kernel log was readable, whole, and covers this instant: then its silence means something. */
export function kernelLogSpeaksAt(host: HostFile, atMs: number): boolean {
  const lost = host.signals.some(
    s => s.kind === 'log-loss' && s.unit === undefined && Math.abs(s.at.epochMs - atMs) <= LOSS_MS,
  );
  if (lost) return false;
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
