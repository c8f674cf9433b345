import { describe, expect, it } from 'vitest';
import { leakFollowUp } from '../../src/remediation/leak-follow-up.ts';
import { type MeasuredSpan, outcomeOf } from '../../src/remediation/outcome.ts';
import { leakWords, outcomeHeadline, outcomeWords } from '../../src/report/outcome-words.ts';

const MB = 1_048_576;
const DAY = 24 * 60;
const span = (change: Partial<MeasuredSpan> = {}): MeasuredSpan => ({
  minutes: DAY,
  requests: 500_000,
  http502: 0,
  oomKills: 0,
  restarts: 0,
  workerEnds: 0,
  ...change,
});

describe('what a change has come to', () => {
  it.each([
    [
      'kills stop',
      span({ oomKills: 12, http502: 40 }),
      span({ workerEnds: 16 }),
      'better',
      'oom-kills',
      /^It helped: fewer OOM kills/,
    ],
    [
      'kills go on',
      span({ oomKills: 40, http502: 40 }),
      span({ oomKills: 42, http502: 44 }),
      'same',
      'oom-kills',
      /^It did not help: as many OOM kills/,
    ],
    [
      'kills increase',
      span({ oomKills: 4 }),
      span({ oomKills: 40 }),
      'worse',
      'oom-kills',
      /^It made things worse: more OOM kills.*Take it back\.$/,
    ],
    [
      'kills stop and 502s come',
      span({ oomKills: 12 }),
      span({ http502: 900 }),
      'worse',
      'http502',
      /more 502s than before/,
    ],
    [
      'only a quarter of an hour has gone by',
      span({ oomKills: 5 }),
      span({ minutes: 15, requests: 5_000 }),
      'too-little-traffic',
      'oom-kills',
      /^Too little was counted.*5 in 1 d before, 0 in 15 min/,
    ],
    [
      'there were no kills, but 502s',
      span({ http502: 300 }),
      span({ http502: 20 }),
      'better',
      'http502',
      /fewer 502s/,
    ],
    ['nothing was wrong before', span(), span(), 'same', 'oom-kills', /there was nothing for it to mend/],
    [
      'nobody watched before',
      span({ minutes: 0, requests: 0 }),
      span(),
      'not-measured',
      undefined,
      /Nobody watched/,
    ],
  ] as const)('%s', (_, before, after, verdict, decidedBy, words) => {
    const outcome = outcomeOf('recycling', before, after);
    expect(outcomeHeadline(outcome)).toMatch(words);
    expect(outcome.verdict).toBe(verdict);
    expect(outcome.decidedBy).toBe(decidedBy);
  });

  it('judges OOMPolicy by the restarts of the service, not by kills that it cannot stop', () => {
    const outcome = outcomeOf('oom-policy', span({ restarts: 14, oomKills: 14 }), span({ oomKills: 15 }));
    expect(outcome).toMatchObject({ verdict: 'better', decidedBy: 'restarts' });
  });

  it('is told in the same measures before and after, each with how sure it is', () => {
    const before = span({ oomKills: 12, http502: 40, peakRssBytes: 700 * MB });
    const after = span({ workerEnds: 17, oomKills: 1, http502: 9, peakRssBytes: 420 * MB });
    expect(outcomeWords(outcomeOf('recycling', before, after))).toEqual([
      '502s: 40 in 500,000 requests (0.080 per 1,000) before, 9 in 500,000 requests (0.018 per 1,000) since: 23 % of the rate before (95 % sure: 10 % to 47 %).',
      'OOM kills: 12 in 1 d before, 1 in 1 d since: 8 % of the rate before (95 % sure: 0 % to 56 %).',
      'Restarts of the service: 0 in 1 d before, 0 in 1 d since.',
      '16 workers left as planned since the change.',
      'Largest worker: 700 MB before, 420 MB since.',
    ]);
  });
});

describe('the leak behind a change', () => {
  it.each([
    [
      'grows as before',
      { thenBytesPerRequest: 3_000, nowBytesPerRequest: 2_900 },
      'still-there',
      /still there: workers grow by 2\.8 kB a request, 97 % of what/,
    ],
    [
      'grows half as fast',
      { thenBytesPerHour: 20 * MB, nowBytesPerHour: 10 * MB },
      'still-there',
      /10 MB an hour, 50 %/,
    ],
    [
      'does not grow any more',
      { thenBytesPerRequest: 3_000, nowBytesPerRequest: 0 },
      'mended',
      /looks mended/,
    ],
    ['shrinks', { thenBytesPerHour: 20 * MB, nowBytesPerHour: -MB }, 'mended', /0 %/],
    [
      'is judged by the request where both are known',
      {
        thenBytesPerHour: 20 * MB,
        nowBytesPerHour: MB,
        thenBytesPerRequest: 3_000,
        nowBytesPerRequest: 3_000,
      },
      'still-there',
      /a request/,
    ],
    ['was not measured again yet', { thenBytesPerRequest: 3_000 }, 'not-known', /not known/],
  ] as const)('%s', (_, leak, kind, words) => {
    const follow = leakFollowUp(leak);
    expect(follow.kind).toBe(kind);
    expect(leakWords(follow)).toMatch(words);
  });

  it('is no subject where it never was measured', () => {
    expect(leakWords(leakFollowUp({ nowBytesPerHour: 5 }))).toBeUndefined();
  });
});
