/** What NGINX logged since the sample before, on one server for one service. */
export interface LoggedRequests {
  readonly requests: number;
  readonly http502: number;
}

/** Fewer are a crash of one worker at most: counted, not called. */
const FEWEST = 3;
const SHARE = 0.01;
/** For busy services, where one in a hundred is a lot: so many at least, and far above what is usual there. */
const FEWEST_OF_A_JUMP = 6;
const USUAL_AFTER = 10;
/** Readings that say what is usual: an hour. */
const REMEMBERED = 60;
/** Minutes without a burst after which an outage is over, and the next one is another. */
const CALM_MS = 5 * 60_000;

/**
 * When 502s of a minute are a burst: at least 3 and at least 1 % of the requests; or at least 6 and more than the mean
 * m of the last hour by 6 times √(m + 1), which counts that merely vary do not reach. Undefined when they are none.
 */
export function burstRule(now: LoggedRequests, earlier502: readonly number[]): 'share' | 'jump' | undefined {
  if (now.http502 >= FEWEST && now.http502 >= SHARE * now.requests) return 'share';
  if (now.http502 < FEWEST_OF_A_JUMP || earlier502.length < USUAL_AFTER) return undefined;
  const mean = earlier502.reduce((sum, count) => sum + count, 0) / earlier502.length;
  return now.http502 > mean + 6 * Math.sqrt(mean + 1) ? 'jump' : undefined;
}

/** One service: tells the first reading of every outage, so that one outage is told once. */
export class BurstWatch {
  readonly #earlier = new Map<string, number[]>();
  #lastBurstMs: number | undefined;

  /** The rule that a burst was found by, when it begins an outage. */
  see(server: string, now: LoggedRequests, atMs: number): 'share' | 'jump' | undefined {
    const earlier = this.#earlier.get(server) ?? [];
    const rule = burstRule(now, earlier);
    this.#earlier.set(server, [...earlier.slice(1 - REMEMBERED), now.http502]);
    if (rule === undefined) return undefined;
    const goesOn = this.#lastBurstMs !== undefined && atMs - this.#lastBurstMs <= CALM_MS;
    this.#lastBurstMs = Math.max(atMs, this.#lastBurstMs ?? 0);
    return goesOn ? undefined : rule;
  }
}
