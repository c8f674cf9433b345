import type { ServiceGrowth, WorkerGrowth } from '../growth/growth-finding.ts';
import { type UnitHistory, unitLives } from '../growth/unit-history.ts';
import type { WorkerLife } from '../growth/worker-sample.ts';
import type { ChartData } from './chart-data.ts';
import { type RssLine, rssLines } from './rss-lines.ts';

/** One worker's memory as it is drawn. */
export interface GrowthLine extends RssLine {
  readonly server: string;
  /** What was judged of it; absent for a life that has ended. */
  readonly worker?: WorkerGrowth;
}

/**
 * The lines of all workers in the window: those that ended first, so that others are drawn over them, then in the
 * order of urgency, the worst last.
 */
export function growthLines(
  { workers }: ServiceGrowth,
  units: readonly UnitHistory[],
  window: ChartData['window'],
): readonly GrowthLine[] {
  const lineOf = (life: WorkerLife, worker?: WorkerGrowth): GrowthLine[] =>
    rssLines({ window, workers: [life] }).map(line => ({
      ...line,
      server: life.server,
      ...(worker && { worker }),
    }));
  const lives = units.map(unit => unitLives(unit, window.toMs));
  const present = new Map(lives.flatMap(unit => unit.present.map(life => [nameOf(life), life] as const)));
  return [
    ...lives.flatMap(unit => unit.finished.flatMap(life => lineOf(life))),
    ...workers.toReversed().flatMap(worker => {
      const life = present.get(nameOf(worker));
      return life === undefined ? [] : lineOf(life, worker);
    }),
  ];
}

function nameOf({ server, pid, startTicks }: Pick<WorkerLife, 'server' | 'pid' | 'startTicks'>): string {
  return `${server}:${pid}:${startTicks}`;
}
