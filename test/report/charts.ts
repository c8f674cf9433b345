import type { ChartData } from '../../src/report/chart-data.ts';
import { instant, KILLS } from './documents.ts';

/** The chart of `confirmedOom()`: one bar per second. */
export function oomChart(): ChartData {
  const fromMs = Date.parse('2026-11-22T10:11:21Z');
  return {
    window: { fromMs, toMs: Date.parse('2026-11-22T10:12:48Z') },
    stepMs: 1_000,
    errors: KILLS.map(([, time]) => ({
      atMs: Math.floor(Date.parse(instant(time)) / 1_000) * 1_000,
      http502: 1,
      http504: 0,
    })),
    kills: KILLS.map(([pid, time]) => ({ atMs: Date.parse(instant(time)), label: `pid ${pid}` })),
    restarts: [],
    workers: [],
    limitBytes: 234_881_024,
    unit: 'gunicorn.service',
    servers: ['web-1'],
  };
}

/** Two hours with a burst each quarter of an hour, bars per minute, two restarts. */
export function twoHourChart(): ChartData {
  const fromMs = Date.parse('2026-11-22T08:00:00Z');
  const minute = 60_000;
  const bursts = [14, 29, 44, 61, 62, 78, 95, 110];
  return {
    window: { fromMs, toMs: fromMs + 120 * minute },
    stepMs: minute,
    errors: bursts.map((at, index) => ({
      atMs: fromMs + at * minute,
      http502: 1 + index * 3,
      http504: index % 3,
    })),
    kills: bursts.map((at, index) => ({ atMs: fromMs + at * minute + 12_000, label: `pid ${4300 + index}` })),
    restarts: [{ atMs: fromMs + 62.5 * minute }, { atMs: fromMs + 111 * minute }],
    workers: [],
    unit: 'checkout.service',
    servers: ['web-1', 'web-2'],
  };
}
