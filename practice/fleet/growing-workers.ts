import { readFile } from 'node:fs/promises';

/** Memory of a unit's processes in one minute. */
interface GrowingMinute {
  readonly masterRssKib: number;
  readonly workersRssKib: readonly number[];
}

/** Row of the file that is "now" when the fleet opens: an hour and a half before the limit. */
const OPENED_AT_ROW = 582;

/**
 * Workers that grow, minute by minute: rows that were measured on a faster clock (see README.md), one for each
 * minute before and after the fleet was opened. Behind the last row nothing changes any more.
 */
export class GrowingWorkers {
  readonly #rows: readonly GrowingMinute[];
  readonly #openedAtMs: number;

  constructor(rows: readonly GrowingMinute[], openedAtMs: number) {
    this.#rows = rows;
    this.#openedAtMs = openedAtMs;
  }

  /** Workers of this age: the rows as they were measured, from the first on. */
  young(minutes: number): GrowingMinute | undefined {
    return this.#rows[Math.min(Math.max(0, minutes), this.#rows.length - 1)];
  }

  /** Undefined before they were started. */
  at(nowMs: number): GrowingMinute | undefined {
    const row = OPENED_AT_ROW + Math.floor((nowMs - this.#openedAtMs) / 60_000);
    return row < 0 ? undefined : this.#rows[Math.min(row, this.#rows.length - 1)];
  }
}

/** Reads `growing-workers.csv`: a header, then `minute,master,worker…` in KiB. */
export async function openGrowingWorkers(openedAtMs: number): Promise<GrowingWorkers> {
  const text = await readFile(new URL('growing-workers.csv', import.meta.url), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map(line => {
      const [, masterRssKib = 0, ...workersRssKib] = line.split(',').map(Number);
      return { masterRssKib, workersRssKib };
    });
  return new GrowingWorkers(rows, openedAtMs);
}
