import type { ChartData } from './chart-data.ts';
import { durationWords } from './time-words.ts';

/** Widths of a bar that people can say: 5 minutes, not 7. */
const ROUND_MS: readonly number[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map(seconds => seconds * 1_000);

/** The window cut into equal steps, wide enough that `most` of them cover it. */
export interface ChartSteps {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** Steps for a chart that has room for `most` bars. A step is one of the data's steps or several. */
export function chartSteps({ window, stepMs }: ChartData, most: number): ChartSteps {
  const startMs = Math.floor(window.fromMs / stepMs) * stepMs;
  const steps = Math.max(1, Math.ceil((window.toMs - startMs) / stepMs));
  const least = Math.ceil(steps / most) * stepMs;
  const round = ROUND_MS.find(ms => ms >= least && ms % stepMs === 0) ?? least;
  return { startMs, stepMs: round, count: Math.max(1, Math.ceil((steps * stepMs) / round)) };
}

/** Which step an instant lies in; undefined outside of the window. */
export function stepAt({ startMs, stepMs, count }: ChartSteps, atMs: number): number | undefined {
  const step = Math.floor((atMs - startMs) / stepMs);
  return step >= 0 && step < count ? step : undefined;
}

/** Errors of each step. */
export interface StepErrors {
  readonly http502: number;
  readonly http504: number;
}

/** The errors summed per step, one entry for every step. */
export function errorsPerStep(chart: ChartData, steps: ChartSteps): StepErrors[] {
  const sums = Array.from({ length: steps.count }, () => ({ http502: 0, http504: 0 }));
  for (const { atMs, http502, http504 } of chart.errors) {
    const sum = sums[stepAt(steps, atMs) ?? -1];
    if (sum === undefined) continue;
    sum.http502 += http502;
    sum.http504 += http504;
  }
  return sums;
}

/** `502 and 504 per minute`: what the bars count. */
export function barsTitle(chart: ChartData, stepWords: string): string {
  const with502 = chart.errors.some(step => step.http502 > 0);
  const with504 = chart.errors.some(step => step.http504 > 0);
  const what = with502 && with504 ? '502 and 504' : with504 ? '504' : '502';
  const per = ({ '1 min': 'minute', '1 s': 'second', '1 h': 'hour', '1 d': 'day' } as Record<string, string>)[
    stepWords
  ];
  return `${what} per ${per ?? stepWords}`;
}

/** `; none in the rest of the 2 h` where the chart shows a part of what was looked at, else empty. */
export function restWords({ whole }: ChartData): string {
  return whole === undefined ? '' : `; none in the rest of the ${durationWords(whole.toMs - whole.fromMs)}`;
}
