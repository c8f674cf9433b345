import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { statusTotalsOf } from '../diagnosis/failures.ts';
import { isFault } from '../diagnosis/worker-deaths.ts';
import type { ChartData } from './chart-data.ts';

/** A window up to this long is drawn second by second. */
const SHORT_MS = 10 * 60_000;

/**
 * What the charts of a diagnosis draw: errors over time, deaths, restarts, memory where samples exist.
 *
 * @param part of the window, when only that is to be drawn
 */
export function chartDataOf(diagnosis: Diagnosis, part?: ChartData['window']): ChartData {
  const { caseFile, deaths, outages } = diagnosis.analysis;
  const window = part ?? caseFile.window;
  const stepMs = window.toMs - window.fromMs <= SHORT_MS ? 1_000 : 60_000;
  const app = caseFile.hosts.filter(h => h.runsApp);
  const limits = app.flatMap(h => h.cgroup?.limitBytes ?? h.unit?.memoryMaxBytes ?? []);
  return {
    window,
    ...(part && { whole: caseFile.window }),
    stepMs,
    errors: errorsPerStep(diagnosis, stepMs),
    kills: deaths
      .filter(isFault)
      .map(d => ({ atMs: d.at.epochMs, label: d.pid === undefined ? 'worker' : `pid ${d.pid}` })),
    restarts: outages.flatMap(o => (o.toMs === undefined ? [] : [{ atMs: o.toMs }])),
    workers: app.flatMap(workerLines),
    ...(limits.length > 0 && { limitBytes: Math.max(...limits) }),
    unit: caseFile.unit,
    servers: app.map(h => h.server),
  };
}

function errorsPerStep({ analysis }: Diagnosis, stepMs: number): ChartData['errors'] {
  const steps = new Map<number, { atMs: number; http502: number; http504: number }>();
  const add = (epochMs: number, status: number | undefined, n: number) => {
    if (status !== 502 && status !== 504) return;
    const atMs = Math.floor(epochMs / stepMs) * stepMs;
    const step = steps.get(atMs) ?? { atMs, http502: 0, http504: 0 };
    steps.set(atMs, step);
    if (status === 502) step.http502 += n;
    else step.http504 += n;
  };
  const { fromMs, toMs } = analysis.caseFile.window;
  const totals = analysis.caseFile.hosts.flatMap(h =>
    stepMs === 60_000 ? statusTotalsOf(h, fromMs, toMs) : [],
  );
  // Minute totals are complete even where lines were cut; seconds exist only in the lines.
  if (totals.length > 0) for (const total of totals) add(total.minuteAtMs, total.status, total.count);
  else
    for (const failure of analysis.failures)
      if (failure.effect === 'client') add(failure.atMs, failure.status, 1);
  return [...steps.values()].sort((a, b) => a.atMs - b.atMs);
}

function workerLines(host: Diagnosis['analysis']['caseFile']['hosts'][number]): ChartData['workers'] {
  const byPid = new Map<number, { atMs: number; rssBytes: number }[]>();
  for (const { pid, parentPid, atMs, rssBytes } of host.samples) {
    if (parentPid === 1 || rssBytes === 0) continue;
    const points = byPid.get(pid);
    if (points) points.push({ atMs, rssBytes });
    else byPid.set(pid, [{ atMs, rssBytes }]);
  }
  return [...byPid].map(([pid, points]) => ({ pid, points }));
}
