import type { Eta, ServiceGrowth, WorkerGrowth } from '../growth/growth-finding.ts';
import type { UnitHistory } from '../growth/unit-history.ts';
import { spanOf } from '../growth/worker-life.ts';
import type { ChartData } from './chart-data.ts';

/** What the chart of a warning is made of. */
export interface GrowthPicture {
  readonly growth: ServiceGrowth;
  /** The lives that were judged: what is older than a day is not drawn. */
  readonly units: readonly UnitHistory[];
  /** OOM kills in that time. */
  readonly kills?: readonly { readonly server: string; readonly atMs: number; readonly kills: number }[];
}

/** The worker whose limit is drawn. */
export type First = WorkerGrowth & { readonly limitBytes: number };

const HOUR_MS = 3_600_000;
/** Half a day is what the analysis looks at; a day also shows what was before a restart. */
const PAST_MS = { least: 12 * HOUR_MS, most: 25 * HOUR_MS };
/** An arrival beyond this is cut: what is there is far from sure. */
const FUTURE_MS = 12 * HOUR_MS;

/** The worker that reaches its limit first, or of calm ones the most urgent with a limit. */
export function firstOfAll({ workers }: ServiceGrowth): First | undefined {
  const bounded = workers.filter((worker): worker is First => worker.limitBytes !== undefined);
  return bounded.find(({ severity }) => severity !== 'calm') ?? bounded[0];
}

/** The range that is forecast; a calm worker's is too far to be drawn. */
export function forecastOf(first: First | undefined, atMs: number): Eta | undefined {
  if (first?.eta === undefined || first.severity === 'calm') return undefined;
  return { fromMs: Math.max(atMs, first.eta.fromMs), toMs: Math.max(atMs, first.eta.toMs) };
}

/** As much past as shows the growth beside the future that is drawn, and no emptiness before the first sample. */
export function pictureWindow({ growth, units }: GrowthPicture): ChartData['window'] {
  const { atMs } = growth;
  const eta = forecastOf(firstOfAll(growth), atMs);
  const future = Math.min(FUTURE_MS, (eta?.toMs ?? atMs) - atMs);
  const past = Math.min(PAST_MS.most, Math.max(PAST_MS.least, future * 3));
  const oldest = units
    .flatMap(unit => unit.lives.map(life => spanOf(life).fromMs))
    .reduce((early, fromMs) => Math.min(early, fromMs), atMs);
  const fromMs = Math.min(atMs - HOUR_MS, Math.max(oldest, atMs - past));
  return { fromMs, toMs: atMs + future + (atMs + future - fromMs) * 0.03 };
}

/** `web-1, web-2`, or `5 servers`. */
export function serversWords(units: readonly UnitHistory[]): string {
  const names = [...new Set(units.map(unit => unit.server))];
  return names.length > 2 ? `${names.length} servers` : names.join(', ');
}
