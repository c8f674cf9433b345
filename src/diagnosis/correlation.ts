import type { Window } from '../collectors/question.ts';

/** How well bursts of 502s and deaths go together in time, and how likely that is by chance. */
export interface Correlation {
  /** Bursts that began right after a death. */
  readonly matched: number;
  readonly bursts: number;
  /** Deaths after which no 502 came: the worker was idle. */
  readonly idleDeaths: number;
  readonly deaths: number;
  /** Mean number of matched bursts when the deaths are shuffled in time. */
  readonly expectedByChance: number;
  /** Share of shuffles that match at least as well; undefined where nothing could be tested. */
  readonly p?: number;
  readonly strength: 'explained' | 'partly' | 'one-case' | 'not-linked' | 'cannot-tell';
}

const BURST_GAP_MS = 30_000;
const BEFORE_MS = 1_000;
const AFTER_MS = 3_000;
const DRAWS = 1_000;
const SHIFT_MIN_MS = 5 * 60_000;
const SHIFT_MAX_MS = 90 * 60_000;

/**
 * Tests the link between bursts and deaths by shuffling.
 *
 * 502s less than 30 s apart are one burst: one event, however many users it hit. The bursts stay, every
 * death is moved on its own by 5 to 90 minutes either way, which keeps the rhythm of day and night; in a
 * window too short for that the deaths are thrown anywhere in it. Shuffles come from a generator seeded by
 * the data: the same evidence gives the same figures.
 *
 * @param failuresAtMs 502s, any order
 * @param deathsAtMs deaths, any order
 * @param doubtMs doubt of the clocks, added to both ends of the matching window
 */
export function correlate(
  failuresAtMs: readonly number[],
  deathsAtMs: readonly number[],
  window: Window,
  doubtMs: number,
): Correlation {
  const bursts = burstStarts(failuresAtMs);
  const deaths = Float64Array.from(deathsAtMs).sort();
  const places = new BurstPlaces(bursts, doubtMs);
  const matched = places.matchedBy(deaths, at => at);
  const failures = Float64Array.from(failuresAtMs).sort();
  const idleDeaths = deaths.reduce(
    (n, d) => n + (hasBetween(failures, d - BEFORE_MS - doubtMs, d + AFTER_MS + doubtMs) ? 0 : 1),
    0,
  );
  const base = { matched, bursts: bursts.length, deaths: deaths.length, idleDeaths };
  if (bursts.length === 0 || deaths.length === 0)
    return { ...base, expectedByChance: 0, strength: 'cannot-tell' };

  const random = generator(deaths);
  const spanMs = Math.max(window.toMs - window.fromMs, 1);
  const moved = (at: number) => shifted(at, window, spanMs, random);
  let atLeast = 0;
  let total = 0;
  for (let draw = 1; draw < DRAWS; draw++) {
    const hits = places.matchedBy(deaths, moved);
    total += hits;
    if (hits >= matched) atLeast++;
  }
  const p = (1 + atLeast) / DRAWS;
  return { ...base, expectedByChance: total / (DRAWS - 1), p, strength: strengthOf(base, p) };
}

function strengthOf(
  { matched, bursts }: { matched: number; bursts: number },
  p: number,
): Correlation['strength'] {
  if (matched === 0) return 'not-linked';
  if (bursts === 1) return 'one-case';
  if (p <= 0.01 && matched >= 3 && matched >= 0.6 * bursts) return 'explained';
  if (p <= 0.05 && matched >= 2) return 'partly';
  return 'cannot-tell';
}

/** First 502 of each burst, oldest first. */
export function burstStarts(failuresAtMs: readonly number[]): Float64Array {
  const sorted = Float64Array.from(failuresAtMs).sort();
  const starts: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of sorted) {
    if (at - last > BURST_GAP_MS) starts.push(at);
    last = at;
  }
  return Float64Array.from(starts);
}

/**
 * Finds the bursts that a death could explain without sorting the deaths: the time from first to last burst
 * is cut into slots, each of which knows the first burst at or after its beginning.
 */
class BurstPlaces {
  readonly #seconds: Float64Array;
  readonly #slots: Int32Array;
  readonly #slotMs: number;
  readonly #firstMs: number;
  readonly #doubtMs: number;
  readonly #matchedIn: Int32Array;
  #draws = 0;

  constructor(bursts: Float64Array, doubtMs: number) {
    this.#seconds = bursts.map(at => Math.floor(at / 1000) * 1000);
    this.#matchedIn = new Int32Array(bursts.length);
    this.#doubtMs = doubtMs;
    this.#firstMs = this.#seconds[0] ?? 0;
    const slots = Math.max(1, 2 * bursts.length);
    this.#slotMs = Math.max(1, ((this.#seconds.at(-1) ?? 0) - this.#firstMs) / slots);
    this.#slots = new Int32Array(slots + 1);
    let burst = 0;
    for (let slot = 0; slot <= slots; slot++) {
      const beginMs = this.#firstMs + slot * this.#slotMs;
      while (burst < bursts.length && (this.#seconds[burst] as number) < beginMs) burst++;
      this.#slots[slot] = burst;
    }
  }

  /** How many bursts the deaths match, each death at the place that `moved` gives it. */
  matchedBy(deaths: Float64Array, moved: (at: number) => number): number {
    const seconds = this.#seconds;
    const slots = this.#slots;
    const matchedIn = this.#matchedIn;
    const lastSlot = slots.length - 1;
    const before = BEFORE_MS + this.#doubtMs;
    const reach = before + AFTER_MS + this.#doubtMs;
    const draw = ++this.#draws;
    let matched = 0;
    for (const death of deaths) {
      const fromMs = moved(death) - before;
      // One slot earlier: rounding must not step over a burst.
      const slot = Math.floor((fromMs - this.#firstMs) / this.#slotMs) - 1;
      let burst = slots[Math.max(0, Math.min(slot, lastSlot))] as number;
      for (; burst < seconds.length; burst++) {
        const second = seconds[burst] as number;
        if (second > fromMs + reach) break;
        if (second < fromMs || matchedIn[burst] === draw) continue;
        matchedIn[burst] = draw;
        matched++;
      }
    }
    return matched;
  }
}

function hasBetween(sorted: Float64Array, from: number, to: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && (sorted[low] as number) <= to;
}

function shifted(at: number, window: Window, spanMs: number, random: () => number): number {
  if (spanMs < 4 * SHIFT_MAX_MS) return window.fromMs + random() * spanMs;
  const shift = SHIFT_MIN_MS + random() * (SHIFT_MAX_MS - SHIFT_MIN_MS);
  const moved = random() < 0.5 ? at - shift : at + shift;
  return moved < window.fromMs
    ? moved + 2 * (window.fromMs - moved)
    : moved > window.toMs
      ? moved - 2 * (moved - window.toMs)
      : moved;
}

/** mulberry32, seeded by the deaths themselves. */
function generator(deaths: Float64Array): () => number {
  let state = deaths.reduce((hash, at) => (Math.imul(hash, 31) + Math.round(at % 4_294_967_291)) | 0, 17);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
