import type { LifePoint } from '../../src/growth/worker-sample.ts';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 6 * HOUR_MS;
const AHEAD_MS = 24 * HOUR_MS;

/**
 * The alert that is found everywhere: Prometheus' `predict_linear(memory[6h], 24 * 3600) > limit` with `for: 20m`,
 * asked every `stepMs`. Answers with the moments at which it stands, epoch ms.
 */
export function naiveAlerts(points: readonly LifePoint[], limitBytes: number, stepMs: number): number[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const alerts: number[] = [];
  let begin = 0;
  let end = 0;
  let stood = false;
  for (let now = Math.ceil(first.atMs / stepMs) * stepMs; now <= last.atMs + stepMs; now += stepMs) {
    while (end < points.length && (points[end] as LifePoint).atMs <= now) end++;
    while (begin < end && (points[begin] as LifePoint).atMs <= now - WINDOW_MS) begin++;
    const stands = end - begin >= 2 && prediction(points, begin, end, now) > limitBytes;
    if (stands && stood) alerts.push(now);
    stood = stands;
  }
  return alerts;
}

function prediction(points: readonly LifePoint[], begin: number, end: number, nowMs: number): number {
  let sumX = 0;
  let sumY = 0;
  let sumXx = 0;
  let sumXy = 0;
  for (let at = begin; at < end; at++) {
    const { atMs, rssBytes } = points[at] as LifePoint;
    const x = (atMs - nowMs) / HOUR_MS;
    sumX += x;
    sumY += rssBytes;
    sumXx += x * x;
    sumXy += x * rssBytes;
  }
  const count = end - begin;
  const spread = sumXx - (sumX * sumX) / count;
  if (spread <= 0) return Number.NaN;
  const slope = (sumXy - (sumX * sumY) / count) / spread;
  return (sumY - slope * sumX) / count + (slope * AHEAD_MS) / HOUR_MS;
}
