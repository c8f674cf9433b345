import type { ApiMethod, MethodLimit } from './method.ts';

/**
 * Tiers of docs.slack.dev/apis/web-api/rate-limits: the least rate that Slack promises. Tier 1 promises one a
 * minute and tolerates bursts; this one lets an app open its ten sockets twice.
 */
export const TIER = {
  one: { perMinute: 1, burst: 20 },
  two: { perMinute: 20 },
  three: { perMinute: 50 },
  four: { perMinute: 100 },
} as const satisfies Record<string, MethodLimit>;

/** Posts in one channel at once after a pause. Slack documents "short bursts", no figure. */
const CHANNEL_BURST = 5;

const MINUTE_MS = 60_000;

/** Counts calls and says how long a caller must wait. */
export interface CallLimiter {
  /** Counts the call; or, when it comes too soon, the whole seconds to wait. */
  take(method: Pick<ApiMethod, 'name' | 'limit'>, channel: string | undefined): number | undefined;
}

interface Bucket {
  readonly capacity: number;
  readonly perMs: number;
  tokens: number;
  filledAtMs: number;
}

/** A bucket of tokens for each method, and for each channel that a method counts apart. */
export function callLimiter(nowMs: () => number): CallLimiter {
  const buckets = new Map<string, Bucket>();

  const bucket = (key: string, capacity: number, perMs: number): Bucket => {
    const now = nowMs();
    const known = buckets.get(key) ?? { capacity, perMs, tokens: capacity, filledAtMs: now };
    const passedMs = Math.max(0, now - known.filledAtMs);
    known.tokens = Math.min(capacity, known.tokens + passedMs * perMs);
    known.filledAtMs = now;
    buckets.set(key, known);
    return known;
  };

  return {
    take({ name, limit }, channel) {
      const asked = [bucket(name, limit.burst ?? limit.perMinute, limit.perMinute / MINUTE_MS)];
      if (limit.perChannelPerSecond !== undefined && channel !== undefined)
        asked.push(bucket(`${name} ${channel}`, CHANNEL_BURST, limit.perChannelPerSecond / 1_000));
      const waitMs = Math.max(...asked.map(one => (1 - one.tokens) / one.perMs));
      // Fractions of a token carry the rounding of their sums.
      if (waitMs > 1e-6) return Math.max(1, Math.ceil(waitMs / 1_000 - 1e-9));
      for (const one of asked) one.tokens -= 1;
      return undefined;
    },
  };
}
