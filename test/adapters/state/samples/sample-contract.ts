import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedState } from '../../../../src/adapters/state/open-state.ts';
import { foldProperty } from './fold-property.ts';
import { leaseContract } from './lease-contract.ts';
import {
  aSample,
  aWorker,
  BOOT,
  counted,
  DAWN_MS,
  DAY_MS,
  EVER,
  HOUR_MS,
  MIB,
  MINUTE_MS,
} from './watched.ts';

export interface Opening {
  readonly state: OpenedState;
  close(): Promise<void>;
}

/** What every keeper of samples must do, whatever database is under it. @param rounds of what is drawn at random */
export function sampleContract(name: string, open: () => Promise<Opening>, rounds: number): void {
  describe(`samples in ${name}`, () => {
    let opening: Opening;
    let epoch: number;
    beforeEach(async () => {
      opening = await open();
      const owned = await opening.state.leases.claim('p1', ['web-1', 'web-2'], DAWN_MS, HOUR_MS);
      epoch = owned.get('web-1') ?? 0;
    });
    afterEach(() => opening.close());
    const samples = () => opening.state.samples;
    const put = (atMs: number, other?: Parameters<typeof aSample>[1]) =>
      samples().put(aSample(atMs, other), epoch);
    const livesOf = (span = EVER) => samples().lives('web-1', 'checkout.service', span);

    describe('notes of servers', () => {
      it('are what was said last of each', async () => {
        const { notes } = opening.state;
        const silent = { server: 'web-1', silentSinceMs: DAWN_MS, gaps: [], toldAtMs: DAWN_MS };
        const blind = { server: 'web-2', gaps: [{ service: 's', text: 'no log' }], toldAtMs: DAWN_MS };
        await notes.keep([silent, blind]);
        const { silentSinceMs: _, ...back } = { ...silent, toldAtMs: DAWN_MS + 1 };
        await notes.keep([back]);
        await notes.keep([]);
        expect(await notes.all()).toEqual([back, blind]);
      });
    });

    describe('putting', () => {
      it('gives the newest sample back exactly, with all that is known', async () => {
        const full = aSample(DAWN_MS + 12_345, {
          workers: [aWorker(1, { rssBytes: 104_857_601, ussBytes: 5, served: 17 }), aWorker(2)],
          masterPid: 4_700,
          masterRssBytes: 30 * MIB,
          memory: {
            currentBytes: 900 * MIB,
            maxBytes: 2_048 * MIB,
            highBytes: 1_800 * MIB,
            oomKills: 3,
            highEvents: 0,
            maxEvents: 12,
          },
          hostAvailableBytes: 7 * 1_024 * MIB,
          hostTotalBytes: 16 * 1_024 * MIB,
          counts: { requests: 1_234, http502: 5, http504: 0 },
        });
        const bare = aSample(DAWN_MS + MINUTE_MS, {
          workers: [],
          bootId: 'not as a kernel writes it',
          service: 'payments',
          memory: { currentBytes: 0 },
        });
        expect(await samples().last('web-1', 'checkout.service', 1)).toEqual([]);
        for (const sample of [full, bare]) {
          expect(await samples().put(sample, epoch)).toBe(true);
          expect((await samples().last('web-1', 'checkout.service', 1))[0]).toEqual(sample);
        }
        await samples().put(full, epoch);
        expect(await samples().last('web-1', 'checkout.service', 3)).toEqual([bare, full]);
        expect(await samples().last('web-1', 'other.service', 1)).toEqual([]);
      });

      it('keeps one sample for a server, unit and minute', async () => {
        expect(await put(DAWN_MS)).toBe(true);
        expect(await put(DAWN_MS + 59_999)).toBe(false);
        expect(await put(DAWN_MS + MINUTE_MS)).toBe(true);
        expect(await put(DAWN_MS, { unit: 'other.service' })).toBe(true);
        expect(await put(DAWN_MS, { server: 'web-2' })).toBe(true);
      });

      it('keeps one of many that come at once', async () => {
        const kept = await Promise.all(
          Array.from({ length: 300 }, (_, index) => put(DAWN_MS + (index % 3) * MINUTE_MS)),
        );
        expect(kept.filter(Boolean)).toHaveLength(3);
      });

      it.each<[string, () => Promise<unknown>, number]>([
        ['a server that nobody owns', async () => {}, 0],
        ['an epoch to come', async () => {}, 2],
        ['an owner that gave all up', () => opening.state.leases.release('p1'), 1],
      ])('refuses a sample of %s', async (_, before, stale) => {
        await before();
        const server = stale === 0 ? 'web-9' : 'web-1';
        expect(await samples().put(aSample(DAWN_MS, { server }), Math.max(1, stale))).toBe(false);
        expect(await samples().last(server, 'checkout.service', 1)).toEqual([]);
      });

      it('refuses what is no sample and keeps the others that came with it', async () => {
        const answers = await Promise.allSettled([
          put(DAWN_MS),
          put(DAWN_MS + MINUTE_MS, { workers: [aWorker(1, { rssBytes: Number.NaN })] }),
          put(DAWN_MS + 2 * MINUTE_MS),
        ]);
        expect(answers.map(answer => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      });

      it('refuses a minute of an hour that is folded', async () => {
        await put(DAWN_MS);
        await put(DAWN_MS + HOUR_MS);
        await samples().fold(DAWN_MS + HOUR_MS + 6 * MINUTE_MS);
        expect(await put(DAWN_MS)).toBe(false);
        expect(await put(DAWN_MS + MINUTE_MS)).toBe(false);
        expect(await put(DAWN_MS + HOUR_MS + MINUTE_MS)).toBe(true);
      });
    });

    describe('lives', () => {
      it('tell a pid from the same pid later, and from the same after a boot', async () => {
        const later = aWorker(4_711, { startTicks: 999_999 });
        await put(DAWN_MS, { workers: [aWorker(4_711)] });
        await put(DAWN_MS + MINUTE_MS, { workers: [later] });
        await put(DAWN_MS + 2 * MINUTE_MS, { workers: [later], bootId: BOOT.replace('4', '5') });
        const lives = await livesOf();
        expect(lives.map(({ pid, startTicks, bootId }) => [pid, startTicks, bootId === BOOT])).toEqual([
          [4_711, 104_711, true],
          [4_711, 999_999, true],
          [4_711, 999_999, false],
        ]);
        expect(lives[0]).toEqual({
          server: 'web-1',
          unit: 'checkout.service',
          pid: 4_711,
          startTicks: 104_711,
          bootId: BOOT,
          points: [{ atMs: DAWN_MS, rssBytes: 100 * MIB }],
        });
      });

      it('have the points of the span, both ends with it, and are left out without any', async () => {
        for (const minute of [0, 1, 2, 3]) {
          await put(DAWN_MS + minute * MINUTE_MS, { workers: [aWorker(minute === 3 ? 9 : 8)] });
        }
        const span = { fromMs: DAWN_MS + MINUTE_MS, toMs: DAWN_MS + 2 * MINUTE_MS };
        const [life, ...others] = await livesOf(span);
        expect(others).toEqual([]);
        expect(life?.points.map(point => point.atMs)).toEqual([span.fromMs, span.toMs]);
      });

      foldProperty(() => opening.state, rounds);
    });

    describe('thinning', () => {
      const later = DAWN_MS + 8 * DAY_MS;

      it('leaves an envelope for 20 minutes of a life after a week', async () => {
        for (let minute = 0; minute < 30; minute += 1) {
          await put(DAWN_MS + minute * MINUTE_MS, {
            workers: [aWorker(1, { rssBytes: (200 - minute) * MIB, served: minute })],
          });
        }
        await put(later);
        await samples().fold(later + HOUR_MS);
        const [life] = await livesOf({ fromMs: DAWN_MS, toMs: DAWN_MS + DAY_MS });
        expect(life?.points).toEqual([
          {
            atMs: DAWN_MS + 10 * MINUTE_MS,
            rssBytes: 182 * MIB,
            served: 19,
            envelope: { lowestBytes: 181 * MIB, highestBytes: 200 * MIB, samples: 20 },
          },
          {
            atMs: DAWN_MS + 30 * MINUTE_MS,
            rssBytes: 171 * MIB,
            served: 29,
            envelope: { lowestBytes: 171 * MIB, highestBytes: 180 * MIB, samples: 10 },
          },
        ]);
      });

      it('takes in what is folded later, and forgets after 90 days', async () => {
        await put(DAWN_MS);
        await put(DAWN_MS + MINUTE_MS);
        // The second one is the newest of its unit until a week later.
        await samples().fold(DAWN_MS + 2 * HOUR_MS);
        await samples().fold(later);
        await put(later);
        await samples().fold(later + HOUR_MS);
        await samples().fold(later + 2 * HOUR_MS);
        const old = { fromMs: DAWN_MS, toMs: DAWN_MS + DAY_MS };
        const [life] = await livesOf(old);
        expect(life?.points.map(point => point.envelope?.samples)).toEqual([2]);
        await samples().fold(DAWN_MS + 92 * DAY_MS);
        expect(await livesOf(old)).toEqual([]);
        expect(await samples().last('web-1', 'checkout.service', 1)).toMatchObject([{ atMs: later }]);
        await samples().fold(later + 92 * DAY_MS);
        expect(await samples().last('web-1', 'checkout.service', 1)).toEqual([]);
        // Nothing is left that would keep it from beginning anew.
        const owned = await opening.state.leases.claim('p1', ['web-1'], later + 93 * DAY_MS, HOUR_MS);
        expect(await samples().put(aSample(later + 93 * DAY_MS), owned.get('web-1') ?? 0)).toBe(true);
      });
    });

    describe('counts', () => {
      it('add up over servers, minute by minute, folded or not', async () => {
        const early = [counted(DAWN_MS), counted(DAWN_MS + 5_000, { http502: 7, requests: 11 })];
        await Promise.all(early.map(minute => samples().count('checkout', minute)));
        await samples().count('checkout', counted(DAWN_MS + HOUR_MS, { restarts: 1 }));
        await samples().count('other', counted(DAWN_MS));
        const expected = [
          counted(DAWN_MS, { requests: 111, http502: 7 }),
          counted(DAWN_MS + HOUR_MS, { restarts: 1 }),
        ];
        expect(await samples().minutes('checkout', EVER)).toEqual(expected);
        await samples().fold(DAWN_MS + 2 * HOUR_MS);
        expect(await samples().minutes('checkout', EVER)).toEqual(expected);
        // A server that reports late.
        await samples().count('checkout', counted(DAWN_MS, { oomKills: 1, requests: 0 }));
        const later = counted(DAWN_MS, { requests: 111, http502: 7, oomKills: 1 });
        expect((await samples().minutes('checkout', EVER))[0]).toEqual(later);
        await samples().fold(DAWN_MS + 3 * HOUR_MS);
        expect((await samples().minutes('checkout', EVER))[0]).toEqual(later);
      });

      it('are those of the span, and are forgotten after 90 days', async () => {
        for (const hour of [0, 1, 2]) {
          await samples().count('checkout', counted(DAWN_MS + hour * HOUR_MS));
        }
        const span = { fromMs: DAWN_MS + 1_000, toMs: DAWN_MS + HOUR_MS };
        expect((await samples().minutes('checkout', span)).map(minute => minute.atMs)).toEqual([
          DAWN_MS,
          DAWN_MS + HOUR_MS,
        ]);
        await samples().fold(DAWN_MS + 90 * DAY_MS);
        expect(await samples().minutes('checkout', EVER)).toHaveLength(3);
        await samples().fold(DAWN_MS + 91 * DAY_MS);
        expect(await samples().minutes('checkout', EVER)).toEqual([]);
      });
    });

    leaseContract(() => opening.state);
  });
}
