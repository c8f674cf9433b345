import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OpenedState } from '../../../../src/adapters/state/open-state.ts';
import type { UnitSample } from '../../../../src/growth/worker-sample.ts';
import { aSample, BOOT, DAWN_MS, EVER, HOUR_MS, MINUTE_MS } from './watched.ts';

const BOOTS = [BOOT, 'ffffffff-0000-4000-8000-000000000001', 'a boot by another name'];
/** Few, so that pids come again. */
const worker = fc.record(
  {
    pid: fc.integer({ min: 1, max: 5 }),
    startTicks: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 ** 40 })),
    rssBytes: fc.oneof(fc.integer({ min: 100_000_000, max: 100_100_000 }), fc.nat({ max: 2 ** 31 - 1 })),
    ussBytes: fc.nat({ max: 2 ** 31 - 1 }),
    served: fc.nat(),
  },
  { requiredKeys: ['pid', 'startTicks', 'rssBytes'] },
);
const moment = fc.record({
  /** More than 1 leaves a gap. */
  minutes: fc.oneof({ arbitrary: fc.constant(1), weight: 6 }, fc.integer({ min: 2, max: 100 })),
  atMs: fc.integer({ min: 0, max: MINUTE_MS - 1 }),
  boot: fc.oneof({ arbitrary: fc.constant(0), weight: 6 }, fc.nat({ max: 2 })),
  /** Absent: the same workers as before, a page more or less. */
  workers: fc.option(fc.array(worker, { maxLength: 4 }), { freq: 2 }),
  page: fc.integer({ min: -2, max: 2 }),
  /** Fold afterwards, as if so much later. */
  foldAfterMs: fc.option(fc.integer({ min: 0, max: 3 * HOUR_MS }), { freq: 8 }),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

/** Folding changes nothing of what can be read back. */
export function foldProperty(state: () => OpenedState, rounds: number): void {
  it(`read the same before and after folding, whatever happened, over ${rounds} histories`, async () => {
    const owned = await state().leases.claim('p1', ['web-1', 'web-2'], DAWN_MS, HOUR_MS);
    const epoch = owned.get('web-1') ?? 0;
    let unitNumber = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 24 }), async history => {
        unitNumber += 1;
        const unit = `unit-${unitNumber}.service`;
        const lives = () => state().samples.lives('web-1', unit, EVER);
        const kept: UnitSample[] = [];
        for (const { sample, foldAtMs } of happened(history, unit)) {
          if (await state().samples.put(sample, epoch)) kept.push(sample);
          if (foldAtMs !== undefined) await state().samples.fold(foldAtMs);
        }
        const before = await lives();
        expect(pointsOf(before)).toEqual(expectedPoints(kept));
        await state().samples.fold(DAWN_MS + 4 * 24 * HOUR_MS);
        expect(await lives()).toEqual(before);
        expect((await state().samples.last('web-1', unit, 1))[0]).toEqual(kept.at(-1));
      }),
      { numRuns: rounds, endOnFailure: true },
    );
  }, 120_000);
}

function* happened(history: readonly Moment[], unit: string) {
  let minute = DAWN_MS / MINUTE_MS;
  let workers: UnitSample['workers'] = [];
  for (const { minutes, atMs, boot, page, ...now } of history) {
    minute += minutes;
    workers =
      now.workers ?? workers.map(one => ({ ...one, rssBytes: Math.max(0, one.rssBytes + page * 4_096) }));
    const sampledAtMs = minute * MINUTE_MS + atMs;
    const foldAtMs = now.foldAfterMs === null ? undefined : sampledAtMs + now.foldAfterMs;
    yield { sample: aSample(sampledAtMs, { unit, bootId: BOOTS[boot] ?? BOOT, workers }), foldAtMs };
  }
}

const rounded = (bytes: number) => Math.round(bytes / 4_096) * 4_096;

/** Every point as a line of its own, without a word of how they are kept. */
function expectedPoints(samples: readonly UnitSample[]): string[] {
  const lines = samples.flatMap(sample => {
    const first = new Map(sample.workers.toReversed().map(one => [`${one.pid} ${one.startTicks}`, one]));
    return [...first.values()].map(({ pid, startTicks, rssBytes, ussBytes, served }) => {
      const uss = ussBytes === undefined ? undefined : rounded(ussBytes);
      const atMs = Math.floor(sample.atMs / 1_000) * 1_000;
      return JSON.stringify([sample.bootId, startTicks, pid, atMs, rounded(rssBytes), uss, served]);
    });
  });
  return lines.sort();
}

function pointsOf(lives: Awaited<ReturnType<OpenedState['samples']['lives']>>): string[] {
  for (const { points } of lives) {
    expect(points.map(point => point.atMs)).toEqual(
      points.map(point => point.atMs).toSorted((a, b) => a - b),
    );
  }
  const lines = lives.flatMap(({ bootId, startTicks, pid, points }) =>
    points.map(({ atMs, rssBytes, ussBytes, served }) =>
      JSON.stringify([bootId, startTicks, pid, atMs, rssBytes, ussBytes, served]),
    ),
  );
  return lines.sort();
}
