import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GrowthEpisode, nextEpisode } from '../../src/growth/growth-episode.ts';
import { SEVERITIES, type Severity } from '../../src/growth/growth-finding.ts';
import { severityRank } from '../../src/growth/growth-hush.ts';
import { aLook, LOOK_MS } from './looks.ts';

const DAY_MS = 86_400_000;

const look = fc.record({
  severity: fc.constantFrom(...SEVERITIES),
  settled: fc.boolean(),
  pids: fc.constantFrom([1, 2], [1], [2, 3], [3, 4], []),
  quietHours: fc.boolean(),
  // Looks come in stretches, as severities do.
  times: fc.integer({ min: 1, max: 40 }),
});
const looks = fc.array(look, { minLength: 1, maxLength: 12 });

interface Told {
  readonly atMs: number;
  readonly kind: string;
  readonly severity: Severity;
}

type Looks = typeof looks extends fc.Arbitrary<infer T> ? T : never;

function story(
  stretches: Looks,
  keep: (episode: GrowthEpisode | undefined) => GrowthEpisode | undefined = e => e,
) {
  let episode: GrowthEpisode | undefined;
  let at = 0;
  const told: Told[] = [];
  const severities: Severity[] = [];
  for (const { times, quietHours, pids, ...rest } of stretches) {
    for (let count = 0; count < times; count++, at++) {
      // Nobody is as bad as nobody.
      const severity = pids.length === 0 ? 'calm' : rest.severity;
      const growth = aLook(at * LOOK_MS, { severity, settled: rest.settled && severity === 'calm', pids });
      const step = nextEpisode(keep(episode), growth, { quietHours });
      episode = step.episode;
      severities.push(severity);
      if (step.tell) told.push({ atMs: at * LOOK_MS, kind: step.tell.kind, severity });
    }
  }
  return { told, severities };
}

const isPing = ({ kind }: Told) => kind === 'warn' || kind === 'raise';

it('never pings twice in a day but for something worse', () => {
  fc.assert(
    fc.property(looks, stretches => {
      const pings = story(stretches).told.filter(isPing);
      pings.slice(1).forEach((ping, at) => {
        const before = pings[at]!;
        if (ping.atMs - before.atMs < DAY_MS)
          expect(severityRank(ping.severity)).toBeGreaterThan(severityRank(before.severity));
      });
    }),
    { numRuns: 400 },
  );
});

it('never pings twice without a rise between', () => {
  fc.assert(
    fc.property(looks, stretches => {
      const { told, severities } = story(stretches);
      const pings = told.filter(isPing);
      pings.slice(1).forEach((ping, at) => {
        const between = severities.slice(pings[at]!.atMs / LOOK_MS, ping.atMs / LOOK_MS + 1);
        const rises = between.some(
          (severity, index) => index > 0 && severityRank(severity) > severityRank(between[index - 1]!),
        );
        expect(rises).toBe(true);
      });
    }),
    { numRuns: 400 },
  );
});

it('never pings while all is calm, and only for what is critical in quiet hours', () => {
  fc.assert(
    fc.property(looks, stretches => {
      for (const ping of story(stretches).told.filter(isPing)) expect(ping.severity).not.toBe('calm');
      const quiet = stretches.map(stretch => ({ ...stretch, quietHours: true }));
      for (const ping of story(quiet).told.filter(isPing)) expect(ping.severity).toBe('critical');
    }),
  );
});

it('resolves only what was told, once, and edits nothing that does not stand', () => {
  fc.assert(
    fc.property(looks, stretches => {
      let stands = false;
      let posted = false;
      for (const { kind } of story(stretches).told) {
        if (kind === 'warn') posted = true;
        if (kind === 'resolve') expect(stands).toBe(true);
        expect(posted).toBe(true);
        stands = kind !== 'resolve';
      }
    }),
    { numRuns: 400 },
  );
});

it('goes on the same after its state was written down and read again', () => {
  fc.assert(
    fc.property(looks, stretches => {
      const reread = (episode: GrowthEpisode | undefined) =>
        episode === undefined ? undefined : (JSON.parse(JSON.stringify(episode)) as GrowthEpisode);
      expect(story(stretches, reread)).toEqual(story(stretches));
    }),
  );
});

it('is critical on time: a service that turns critical for the first time in a day is told of at that look', () => {
  fc.assert(
    fc.property(looks, stretches => {
      const { told, severities } = story(stretches);
      const first = severities.indexOf('critical');
      if (first < 0) return;
      expect(told.filter(isPing).map(({ atMs }) => atMs)).toContain(first * LOOK_MS);
    }),
  );
});
