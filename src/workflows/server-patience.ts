import type { Answer } from '../collectors/question.ts';

type Failure = Extract<Answer, { ok: false }>;

const MINUTE_MS = 60_000;
/** Minutes until the next try after the first, second, … failure in a row. */
const WAITS = [1, 2, 5, 10] as const;
/** These do not pass by themselves: somebody has to act, so they are said at once. */
const LASTING: readonly Failure['reason'][] = ['host-key', 'login-refused'];

/** When a server that does not answer is tried again, and whether its silence is still to be said. */
export class ServerPatience {
  #failures = 0;
  #sinceMs = 0;
  #said = false;
  #nextMs = Number.NEGATIVE_INFINITY;

  /** Whether the server is to be visited in the minute that begins at `minuteMs`. */
  isDue(minuteMs: number): boolean {
    return minuteMs >= this.#nextMs;
  }

  /** Since when it is silent and everybody was told. */
  get silentSinceMs(): number | undefined {
    return this.#said ? this.#sinceMs : undefined;
  }

  /** A visit failed. Answers with since when the server is silent, if that is to be said now: once. */
  failed(minuteMs: number, reason: Failure['reason']): number | undefined {
    if (this.#failures === 0) this.#sinceMs = minuteMs;
    this.#nextMs = minuteMs + (WAITS[Math.min(this.#failures, WAITS.length - 1)] ?? 1) * MINUTE_MS;
    this.#failures++;
    // One failure may be a reboot of sshd or a lost packet; the second in a row is silence.
    if (this.#said || (this.#failures < 2 && !LASTING.includes(reason))) return undefined;
    this.#said = true;
    return this.#sinceMs;
  }

  /** A visit was answered. Answers with since when it had been silent, if that had been said. */
  answered(): number | undefined {
    const sinceMs = this.silentSinceMs;
    this.#failures = 0;
    this.#said = false;
    this.#nextMs = Number.NEGATIVE_INFINITY;
    return sinceMs;
  }
}
