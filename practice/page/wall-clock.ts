/** `2026-11-20T14:03` for a `datetime-local` field, by the clock on the wall in a time zone. */
export function wallClock(atMs: number, tz: string): string {
  return new Date(atMs + offsetMs(atMs, tz)).toISOString().slice(0, 16);
}

/**
 * The moment at which the wall clock shows this. Of a time that the clock shows twice the first, of one that
 * it skips the one after the jump.
 */
export function momentOf(wall: string, tz: string): number | undefined {
  const asUtcMs = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtcMs)) return undefined;
  const dayMs = 86_400_000;
  const offsets = [offsetMs(asUtcMs - dayMs, tz), offsetMs(asUtcMs + dayMs, tz)];
  const exact = offsets.map(offset => asUtcMs - offset).filter(atMs => atMs + offsetMs(atMs, tz) === asUtcMs);
  return exact.length > 0 ? Math.min(...exact) : asUtcMs - Math.min(...offsets);
}

/** What a time zone is ahead of UTC at a moment; 0 for a zone nobody knows. */
function offsetMs(atMs: number, tz: string): number {
  try {
    const name = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' })
      .formatToParts(atMs)
      .find(part => part.type === 'timeZoneName')?.value;
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  } catch {
    return 0;
  }
}
