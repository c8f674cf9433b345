import type { HostClock } from './host-state.ts';

/** UTC offset that a local stamp was printed with, and the doubt about it. */
export interface LocalOffset {
  readonly offsetMs: number;
  /** Length of the repeated stretch when the stamp exists twice (an autumn change of the clocks), else 0. */
  readonly toleranceMs: number;
}

const DAY_MS = 86_400_000;
// Clocks change on a quarter of an hour everywhere, so within one the offset of a zone is constant.
const QUARTER_MS = 900_000;
const CACHED_QUARTERS = 20_000;
const NO_OFFSET: LocalOffset = { offsetMs: 0, toleranceMs: 0 };

const zones = new Map<string, Zone | undefined>();

/**
 * Offset for a local time given as if it were UTC. A stamp of a repeated hour is taken as its first
 * occurrence; a stamp of the skipped hour, which no correct clock prints, moves forward.
 */
export function localOffset(localMs: number, clock: HostClock): LocalOffset {
  if (clock.timeZone !== undefined) {
    const zone = zoneOf(clock.timeZone);
    if (zone !== undefined) return zone.offsetOfLocal(localMs);
  }
  if (clock.utcOffsetMinutes !== undefined) {
    return { offsetMs: clock.utcOffsetMinutes * 60_000, toleranceMs: 0 };
  }
  return NO_OFFSET;
}

/** Offset, in ms, that the clock shows at an instant. */
export function offsetAt(utcMs: number, clock: HostClock): number {
  const zone = clock.timeZone === undefined ? undefined : zoneOf(clock.timeZone);
  return zone?.offsetOfInstant(utcMs) ?? (clock.utcOffsetMinutes ?? 0) * 60_000;
}

function zoneOf(timeZone: string): Zone | undefined {
  if (!zones.has(timeZone)) {
    if (zones.size > 1_000) zones.clear();
    zones.set(timeZone, Zone.named(timeZone));
  }
  return zones.get(timeZone);
}

class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #local = new Map<number, LocalOffset>();
  #lastQuarter = Number.NaN;
  #lastOffset = NO_OFFSET;

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** Undefined for a name that this runtime's zone data does not know (an abbreviation, a typing error). */
  static named(timeZone: string): Zone | undefined {
    try {
      return new Zone(
        new Intl.DateTimeFormat('en-GB', {
          timeZone,
          hourCycle: 'h23',
          year: 'numeric',
          month: 'numeric',
          day: 'numeric',
          hour: 'numeric',
          minute: 'numeric',
          second: 'numeric',
        }),
      );
    } catch {
      return undefined;
    }
  }

  offsetOfLocal(localMs: number): LocalOffset {
    const quarter = Math.floor(localMs / QUARTER_MS);
    if (quarter === this.#lastQuarter) return this.#lastOffset;
    let offset = this.#local.get(quarter);
    if (offset === undefined) {
      if (this.#local.size >= CACHED_QUARTERS) this.#local.clear();
      offset = this.#solve(quarter * QUARTER_MS);
      this.#local.set(quarter, offset);
    }
    this.#lastQuarter = quarter;
    this.#lastOffset = offset;
    return offset;
  }

  offsetOfInstant(utcMs: number): number {
    return this.#offsetAt(utcMs);
  }

  #solve(localMs: number): LocalOffset {
    // Zones change at most once within two days: the offset is the one before or the one after.
    const before = this.#offsetAt(localMs - DAY_MS);
    const after = this.#offsetAt(localMs + DAY_MS);
    const beforeFits = this.#offsetAt(localMs - before) === before;
    if (before === after) return { offsetMs: before, toleranceMs: 0 };
    const afterFits = this.#offsetAt(localMs - after) === after;
    if (beforeFits && afterFits) return { offsetMs: before, toleranceMs: Math.abs(before - after) };
    if (afterFits) return { offsetMs: after, toleranceMs: 0 };
    return { offsetMs: before, toleranceMs: 0 };
  }

  #offsetAt(utcMs: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(utcMs)) part[type] = Number(value);
    const shown = Date.UTC(
      part.year ?? 1970,
      (part.month ?? 1) - 1,
      part.day ?? 1,
      part.hour ?? 0,
      part.minute ?? 0,
      part.second ?? 0,
    );
    return shown - Math.floor(utcMs / 1_000) * 1_000;
  }
}
