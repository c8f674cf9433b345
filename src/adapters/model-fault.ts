import OpenAI from 'openai';
import type { NarrationFailure } from '../workflows/narrator-port.ts';

/** Why a model's server gave no answer. */
export interface ModelFault {
  readonly failure: NarrationFailure;
  /** For the log. What the server said is not in it: it may repeat what it was sent, or the key. */
  readonly detail: string;
  readonly afterMs?: number;
}

const LONGEST_PAUSE_MS = 3_600_000;

/** What an error of the SDK means. */
export function modelFaultOf(error: unknown, nowMs: number): ModelFault {
  if (error instanceof OpenAI.RateLimitError) {
    const afterMs = pauseOf(error.headers, nowMs);
    const detail = 'the server answered with 429';
    return { failure: 'rate-limited', detail, ...(afterMs !== undefined && { afterMs }) };
  }
  if (error instanceof OpenAI.AuthenticationError || error instanceof OpenAI.PermissionDeniedError)
    return { failure: 'login-refused', detail: `the server answered with ${error.status}` };
  if (error instanceof OpenAI.APIUserAbortError) return { failure: 'timed-out', detail: 'it was given up' };
  if (error instanceof OpenAI.APIConnectionError)
    return { failure: 'unreachable', detail: 'the server cannot be reached' };
  if (error instanceof OpenAI.APIError)
    return {
      failure: 'server-failed',
      detail:
        error.status === undefined ? 'the stream held an error' : `the server answered with ${error.status}`,
    };
  if (error instanceof SyntaxError)
    return { failure: 'not-readable', detail: 'the stream holds something else than JSON' };
  return { failure: 'broke-off', detail: error instanceof Error ? error.name : 'the stream broke off' };
}

/** `Retry-After` in seconds or as a date. */
function pauseOf(headers: Headers | undefined, nowMs: number): number | undefined {
  const said = headers?.get('retry-after');
  if (!said) return undefined;
  const ms = /^\d{1,6}$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - nowMs;
  return Number.isFinite(ms) ? Math.min(LONGEST_PAUSE_MS, Math.max(0, ms)) : undefined;
}
