/** What one turn came to, by measure. */
export type Reading<Measure extends string> = Readonly<Record<Measure, number>>;

export interface Contestant<Measure extends string> {
  readonly name: string;
  turn(): Promise<Reading<Measure>>;
  /** A slow one may sit out the later rounds. */
  readonly rounds?: number;
}

/**
 * Lets all take turns (A B C A B C): what the machine does beside it meets each of them alike. Answers with the
 * medians by name.
 */
export async function contest<Measure extends string>(
  contestants: readonly Contestant<Measure>[],
  rounds: number,
): Promise<ReadonlyMap<string, Reading<Measure>>> {
  const readings = new Map<string, Reading<Measure>[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, turn, rounds: own = rounds } of contestants) {
      if (round >= own) continue;
      const kept = readings.get(name) ?? [];
      kept.push(await turn());
      readings.set(name, kept);
    }
  }
  return new Map([...readings].map(([name, own]) => [name, medians(own)]));
}

function medians<Measure extends string>(readings: readonly Reading<Measure>[]): Reading<Measure> {
  const [first] = readings;
  const entries = Object.keys(first ?? {}).map(measure => [
    measure,
    median(readings.map(reading => reading[measure as Measure])),
  ]);
  return Object.fromEntries(entries) as Reading<Measure>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
