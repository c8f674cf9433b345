import { setTimeout } from 'node:timers/promises';
import { openStateForReading } from '../../../../src/adapters/state/open-state.ts';
import { SpokenProcess } from '../spoken-process.ts';
import { DAWN_MS, EVER, MINUTE_MS } from './watched.ts';

const UNITS = 3;

export interface KillFigures {
  readonly kills: number;
  /** Minutes that were said to be safe. */
  readonly acknowledged: number;
  /** Minutes, of one unit or in the counts, that were said to be safe and are not there. */
  readonly lost: readonly string[];
  /** Minutes of a unit that are there twice or are not as they were put. */
  readonly wrong: readonly string[];
  readonly mostMissingPerKill: number;
  readonly folds: number;
}

/**
 * Kills sampling writers at random moments, one after the other. Time does not stand still meanwhile: each begins
 * with the minute after the one in which its forerunner died.
 * @param longestMs up to when after its start a writer is killed
 */
export async function killWriters(place: string, kills: number, longestMs: number): Promise<KillFigures> {
  let minute = DAWN_MS / MINUTE_MS;
  const kept: number[] = [];
  const ends: number[] = [];
  let folds = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const writer = new SpokenProcess('./samples/sampling-writer.ts', [place, String(minute), String(UNITS)]);
    await writer.until(lines => lines.length > 0);
    await setTimeout(Math.random() * longestMs);
    await writer.kill();
    kept.push(...writer.said('kept').map(Number));
    folds += writer.said('folded').length;
    ends.push(minute);
    minute = Math.max(minute, ...writer.said('begun').map(begun => Number(begun) + 1));
  }
  return { kills, folds, ...(await compared(place, kept, [...ends.slice(1), minute])) };
}

async function compared(place: string, kept: readonly number[], starts: readonly number[]) {
  const state = await openStateForReading(place);
  try {
    const lost: string[] = [];
    const wrong: string[] = [];
    let mostMissingPerKill = 0;
    for (let unit = 0; unit < UNITS; unit += 1) {
      const lives = await state.samples.lives('web-1', `unit-${unit}.service`, EVER);
      const points = lives.find(life => life.pid === 1)?.points ?? [];
      const there = new Map(points.map(point => [point.atMs / MINUTE_MS, point]));
      for (const minute of kept) if (!there.has(minute)) lost.push(`unit ${unit} ${minute}`);
      for (const [minute, { rssBytes }] of there) {
        if (rssBytes !== (100 + ((minute * 7 + unit) % 50)) * 1_048_576) wrong.push(`unit ${unit} ${minute}`);
      }
      if (there.size !== points.length) wrong.push(`unit ${unit} has minutes twice`);
      const missing = starts.map((start, index) => {
        const from = index === 0 ? DAWN_MS / MINUTE_MS : (starts[index - 1] ?? 0);
        return Array.from({ length: start - from }, (_, step) => from + step).filter(m => !there.has(m))
          .length;
      });
      mostMissingPerKill = Math.max(mostMissingPerKill, ...missing);
    }
    const counts = await state.samples.minutes('checkout', EVER);
    const counted = new Set(counts.map(count => count.atMs / MINUTE_MS));
    for (const minute of kept) if (!counted.has(minute)) lost.push(`counts ${minute}`);
    for (const { atMs, requests } of counts) {
      if (requests !== 100) wrong.push(`counts ${atMs / MINUTE_MS}`);
    }
    return { acknowledged: kept.length, lost, wrong, mostMissingPerKill };
  } finally {
    await state.close();
  }
}
