import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import type { Measured } from './part.ts';

/** One run of one part. */
export interface RunResult extends Measured {
  readonly at: string;
  readonly tookS: number;
  /** Load average when it began: what else the machine did. */
  readonly loadBefore: number;
  readonly machine: string;
}

/** The newest runs of each part, the latest last. */
export type Results = Readonly<Record<string, readonly RunResult[]>>;

/** A goal counts as met when it was met in each of so many runs. */
export const RUNS_KEPT = 3;

export function readResults(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

/** The results with one more run. */
export function withRun(results: Results, part: string, run: RunResult): Results {
  return { ...results, [part]: [...(results[part] ?? []), run].slice(-RUNS_KEPT) };
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, rounded, 1)}\n`);
}

/** Four digits say all there is to say, and keep the file readable. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

export function machineName(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model ?? 'unknown CPU'}, Linux ${release()}, Node ${process.versions.node}`;
}
