import type { ServiceGrowth, Severity, WorkerGrowth } from '../../src/growth/growth-finding.ts';

export const LOOK_MS = 20 * 60_000;

export interface LookStory {
  readonly severity: Severity;
  readonly pids?: readonly number[];
  readonly settled?: boolean;
  readonly growing?: number;
  /** From now, ms. */
  readonly leftMs?: number;
}

/** What a look at a service showed: all workers as bad as the service. */
export function aLook(
  atMs: number,
  { severity, pids = [1, 2], settled = false, growing, leftMs }: LookStory,
): ServiceGrowth {
  const workers = pids.map(
    (pid): WorkerGrowth => ({
      server: 'web-1',
      pid,
      startTicks: 7,
      severity,
      rule: severity === 'calm' ? 'none' : 'steady-growth',
      nowBytes: 1,
      ageMs: 1,
      reason: 'it grows',
      ...(settled && { settled: true }),
    }),
  );
  return {
    service: 'shop',
    atMs,
    severity,
    workers,
    growing: growing ?? (severity === 'calm' ? 0 : pids.length),
    ...(leftMs !== undefined && { eta: { fromMs: atMs + leftMs, toMs: atMs + 2 * leftMs } }),
  };
}
