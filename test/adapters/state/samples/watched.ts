import type { UnitSample, WorkerSample } from '../../../../src/growth/worker-sample.ts';
import type { ServiceMinute } from '../../../../src/workflows/sample-ports.ts';
import { START_MS } from '../sample.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const MIB = 1_048_576;
export const BOOT = '4f0ad0f2-9c57-4c6e-8f5b-1d2c3b4a5968';
export const EVER = { fromMs: 0, toMs: 8_000_000_000_000 };
/** 2026-11-20T00:00:00Z: a day, and so an hour, begins. */
export const DAWN_MS = Math.floor(START_MS / DAY_MS) * DAY_MS;

export const aWorker = (pid: number, other: Partial<WorkerSample> = {}): WorkerSample => ({
  pid,
  startTicks: 100_000 + pid,
  rssBytes: 100 * MIB,
  ...other,
});

export const aSample = (atMs: number, other: Partial<UnitSample> = {}): UnitSample => ({
  server: 'web-1',
  service: 'checkout',
  unit: 'checkout.service',
  atMs,
  bootId: BOOT,
  workers: [aWorker(4_711), aWorker(4_712)],
  ...other,
});

export const counted = (atMs: number, other: Partial<ServiceMinute> = {}): ServiceMinute => ({
  atMs,
  requests: 100,
  http502: 0,
  http504: 0,
  oomKills: 0,
  workerEnds: 0,
  restarts: 0,
  ...other,
});
