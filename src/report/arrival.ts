import type { Eta } from '../growth/growth-finding.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** When a limit is expected to be reached, as people are told it. */
export interface Arrival {
  readonly fromMs: number;
  /** The middle of the range: as likely before as after. */
  readonly aboutMs: number;
  readonly toMs: number;
}

/**
 * An expected arrival in round times: a minute would pretend to know it. The middle is that of the time left, as a
 * factor: ranges reach further after it than before it.
 *
 * @param atMs when it was judged; what lies before has become "now"
 */
export function arrivalOf({ fromMs, toMs }: Eta, atMs: number): Arrival {
  const [least, most] = [Math.max(0, fromMs - atMs), Math.max(0, toMs - atMs)];
  const middle = least === 0 ? most / 2 : Math.sqrt(least * most);
  const from = atMs + least;
  const earliest = Math.max(atMs, rounded(from, least, Math.floor));
  return {
    fromMs: earliest,
    // Its step may be wider than that of the beginning.
    aboutMs: Math.max(earliest, rounded(atMs + middle, middle, Math.round)),
    toMs: rounded(Math.max(from, atMs + most), most, Math.ceil),
  };
}

/** Five minutes when it is near, half an hour when it is far. */
function rounded(atMs: number, leftMs: number, way: (steps: number) => number): number {
  const stepMs = (leftMs < 2 * HOUR_MS ? 5 : leftMs < 6 * HOUR_MS ? 10 : 30) * MINUTE_MS;
  return way(atMs / stepMs) * stepMs;
}
