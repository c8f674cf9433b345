import type { LifePoint } from '../../../growth/worker-sample.ts';
import type { UnitLife } from './resolution.ts';

/** How much one point stands for after thinning: as much as the growth analysis takes together. */
export const BLOCK_MS = 20 * 60_000;

/** A life thinned to one point for each 20 minutes in which it has any. */
export function thinned(life: UnitLife): UnitLife {
  const blocks = Map.groupBy(life.points, point => Math.floor(point.atMs / BLOCK_MS));
  return {
    ...life,
    points: [...blocks]
      .map(([block, points]) => envelopeOf(block * BLOCK_MS + BLOCK_MS / 2, points))
      .sort((a, b) => a.atMs - b.atMs),
  };
}

/** @param points at least one; some may be envelopes themselves, when samples came later */
function envelopeOf(atMs: number, points: readonly LifePoint[]): LifePoint {
  const samples = points.filter(point => point.envelope === undefined);
  const before = points.filter(point => point.envelope !== undefined);
  const lowest = Math.min(...points.map(point => point.envelope?.lowestBytes ?? point.rssBytes));
  const highest = Math.max(...points.map(point => point.envelope?.highestBytes ?? point.rssBytes));
  const count = points.reduce((sum, point) => sum + (point.envelope?.samples ?? 1), 0);
  // Percentiles do not add up: that of the larger part stands for all.
  const [largest] = before.toSorted((a, b) => (b.envelope?.samples ?? 0) - (a.envelope?.samples ?? 0));
  const isMostlyBefore = (largest?.envelope?.samples ?? 0) >= samples.length;
  const ussBytes = points.findLast(point => point.ussBytes !== undefined)?.ussBytes;
  const served = points.findLast(point => point.served !== undefined)?.served;
  return {
    atMs,
    rssBytes: isMostlyBefore && largest ? largest.rssBytes : tenthPercentile(samples),
    ...(ussBytes !== undefined && { ussBytes }),
    ...(served !== undefined && { served }),
    envelope: { lowestBytes: lowest, highestBytes: highest, samples: count },
  };
}

/** The smallest value that a tenth of the samples do not exceed. */
function tenthPercentile(points: readonly LifePoint[]): number {
  const values = points.map(point => point.rssBytes).sort((a, b) => a - b);
  return values[Math.max(0, Math.ceil(values.length / 10) - 1)] ?? 0;
}
