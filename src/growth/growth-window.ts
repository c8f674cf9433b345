import type { Envelope } from './envelope.ts';

/** Twelve hours of buckets. */
export const LONGEST_WINDOW = 36;
/** So many missing buckets in a row are bridged by a line; after more, what was before is another story. */
const LONGEST_BRIDGE = 3;
/** Below six buckets no rule speaks: three hours of age with the warm-up. */
export const SHORTEST_WINDOW = 6;

/** Why nothing can be said about a worker's growth. */
export type Shortage =
  /** Too short a life so far. */
  | 'young'
  /** More than half of the window is missing, or a long gap ended lately. */
  | 'gaps'
  /** No samples lately. */
  | 'silent';

/** The buckets that a decision rests on, missing ones bridged; or why there are too few. */
export type GrowthWindow =
  | { readonly enough: true; readonly values: Float64Array }
  | { readonly enough: false; readonly shortage: Shortage };

/** The window at the end of the first `count` buckets of an envelope, at most `LONGEST_WINDOW` long. */
export function growthWindow(envelope: Envelope, count: number = envelope.values.length): GrowthWindow {
  const { values, warmUp } = envelope;
  let end = count;
  while (end > 0 && Number.isNaN(values[end - 1])) end--;
  if (count - end > LONGEST_BRIDGE) return { enough: false, shortage: 'silent' };
  const oldest = Math.max(warmUp, end - LONGEST_WINDOW);
  if (end - oldest < SHORTEST_WINDOW) return { enough: false, shortage: 'young' };
  const missing = values.subarray(oldest, end).reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  if (missing > (end - oldest) / 2) return { enough: false, shortage: 'gaps' };
  let begin = end;
  for (let at = end - 1; at >= oldest && begin - at <= LONGEST_BRIDGE + 1; at--)
    if (!Number.isNaN(values[at])) begin = at;
  if (end - begin < SHORTEST_WINDOW) return { enough: false, shortage: 'gaps' };
  return { enough: true, values: bridged(values.slice(begin, end)) };
}

function bridged(values: Float64Array): Float64Array {
  for (let at = 1; at < values.length; at++) {
    if (!Number.isNaN(values[at])) continue;
    let next = at;
    while (Number.isNaN(values[next])) next++;
    const before = values[at - 1] as number;
    const step = ((values[next] as number) - before) / (next - at + 1);
    for (let missing = at; missing < next; missing++) values[missing] = before + step * (missing - at + 1);
    at = next;
  }
  return values;
}
