/** How fast workers grew when the change was made, and how fast they grow now, at most by measurement. */
export interface LeakMeasure {
  readonly thenBytesPerHour?: number;
  readonly nowBytesPerHour?: number;
  /** Growth per request is the same at day and at night: it decides where it is known both times. */
  readonly thenBytesPerRequest?: number;
  readonly nowBytesPerRequest?: number;
}

/**
 * Whether the leak behind a change is mended. Recycling hides it: nobody is called at night any more, and it is there all
 * the same until the growth itself has fallen.
 */
export type LeakFollowUp =
  | { readonly kind: 'mended'; readonly ratio: number }
  | {
      readonly kind: 'still-there';
      readonly ratio: number;
      readonly per: 'request' | 'hour';
      readonly bytes: number;
    }
  /** There is no measurement of then, or none of now yet. */
  | { readonly kind: 'not-known'; readonly missing: 'then' | 'now' };

/** Growth that has fallen to this share of what it was counts as mended. */
const MENDED = 0.2;

export function leakFollowUp(leak: LeakMeasure): LeakFollowUp {
  const byRequest = compared(leak.thenBytesPerRequest, leak.nowBytesPerRequest, 'request');
  if (byRequest.kind !== 'not-known') return byRequest;
  const byHour = compared(leak.thenBytesPerHour, leak.nowBytesPerHour, 'hour');
  if (byHour.kind !== 'not-known') return byHour;
  const knewThen = leak.thenBytesPerHour !== undefined || leak.thenBytesPerRequest !== undefined;
  return { kind: 'not-known', missing: knewThen ? 'now' : 'then' };
}

function compared(then: number | undefined, now: number | undefined, per: 'request' | 'hour'): LeakFollowUp {
  if (then === undefined || then <= 0) return { kind: 'not-known', missing: 'then' };
  if (now === undefined) return { kind: 'not-known', missing: 'now' };
  const ratio = Math.max(0, now) / then;
  return ratio <= MENDED ? { kind: 'mended', ratio } : { kind: 'still-there', ratio, per, bytes: now };
}
