import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertGroup, countsOf, MOST_TRACKED, withAlert } from '../../src/intake/alert-group.ts';
import { tellingOf, told as toldNow } from '../../src/intake/alert-telling.ts';
import { aPlaced, MINUTE_MS, NOW_MS } from './alerts.ts';

type Step = readonly [atMinutes: number, change: Parameters<typeof aPlaced>[0]];

/** What each alert did, in words, and the group at the end. */
function played(steps: readonly Step[]) {
  let group: AlertGroup | undefined;
  const effects = steps.map(([minutes, change]) => {
    const nowMs = NOW_MS + minutes * MINUTE_MS;
    const after = withAlert(group, aPlaced({ startsAtMs: nowMs, ...change }), nowMs);
    group = after.group;
    return `${after.effect.step}: ${after.effect.reason}`;
  });
  return { effects, group };
}

const over = { state: 'resolved' } as const;

describe('alerts about one service', () => {
  it.each<[string, readonly Step[], string[]]>([
    ['open a group with the first', [[0, {}]], ['opened: first-alert']],
    [
      'are one group, whatever fires',
      [
        [0, {}],
        [5, { fingerprint: 'b' }],
      ],
      ['opened: first-alert', 'joined: another-alert'],
    ],
    [
      'are not news when they are repeated',
      [
        [0, {}],
        [240, {}],
      ],
      ['opened: first-alert', 'ignored: known-already'],
    ],
    [
      'end with the last one',
      [
        [0, {}],
        [1, { fingerprint: 'b' }],
        [2, over],
        [3, { ...over, fingerprint: 'b' }],
      ],
      [
        'opened: first-alert',
        'joined: another-alert',
        'eased: others-still-fire',
        'ended: the-last-one-ended',
      ],
    ],
    [
      'open the same group again within half an hour',
      [
        [0, {}],
        [1, over],
        [31, {}],
      ],
      ['opened: first-alert', 'ended: the-last-one-ended', 'reopened: again-within-half-an-hour'],
    ],
    [
      'open another after that',
      [
        [0, {}],
        [1, over],
        [32, {}],
      ],
      ['opened: first-alert', 'ended: the-last-one-ended', 'opened: long-quiet'],
    ],
    [
      'open another when the old one fell silent',
      [
        [0, {}],
        [721, {}],
      ],
      ['opened: first-alert', 'opened: old-one-fell-silent'],
    ],
    ['that are over open nothing', [[0, over]], ['ignored: over-and-never-seen']],
    [
      'that are over and unknown change nothing',
      [
        [0, {}],
        [1, { ...over, fingerprint: 'b' }],
      ],
      ['opened: first-alert', 'ignored: over-and-never-seen'],
    ],
    [
      'that come late change nothing',
      [
        [0, {}],
        [1, { ...over, startsAtMs: NOW_MS - 1 }],
      ],
      ['opened: first-alert', 'ignored: older-than-what-is-known'],
    ],
    [
      'of the same fingerprint and another source are others',
      [
        [0, {}],
        [1, { source: 'sentry' }],
      ],
      ['opened: first-alert', 'joined: another-alert'],
    ],
    [
      'one of which comes back while others fire',
      [
        [0, {}],
        [1, { fingerprint: 'b' }],
        [2, over],
        [3, {}],
      ],
      ['opened: first-alert', 'joined: another-alert', 'eased: others-still-fire', 'joined: one-came-back'],
    ],
  ])('%s', (_, steps, effects) => {
    expect(played(steps).effects).toEqual(effects);
  });

  it('keep every server listed, and how often they came back', () => {
    const { group } = played([
      ...Array.from({ length: 30 }, (_, i): Step => [0, { fingerprint: `f${i}`, server: `web-${i % 3}` }]),
      ...Array.from(
        { length: 30 },
        (_, i): Step => [1, { ...over, fingerprint: `f${i}`, server: `web-${i % 3}` }],
      ),
      [2, { fingerprint: 'f0', server: 'web-0' }],
    ]);
    expect(group).toMatchObject({ state: 'firing', comebacks: 1 });
    expect(group).not.toHaveProperty('resolvedAtMs');
    expect(countsOf(group!)).toEqual({ firing: 1, resolved: 29, servers: ['web-0', 'web-1', 'web-2'] });
  });

  it('are counted and not followed beyond a thousand', () => {
    const many = Array.from({ length: MOST_TRACKED + 5 }, (_, i): Step => [0, { fingerprint: `f${i}` }]);
    expect(played(many).group).toMatchObject({ untracked: 5 });
    expect(played(many).effects.at(-1)).toBe('ignored: too-many-to-follow');
  });
});

const anyStep = fc.tuple(
  fc.integer({ min: 0, max: 90 }),
  fc.record({
    fingerprint: fc.constantFrom('a', 'b', 'c'),
    state: fc.constantFrom('firing' as const, 'resolved' as const),
  }),
);
/** Minutes since the step before, so that time goes forward. */
const history = fc.array(anyStep, { maxLength: 60 }).map(steps => {
  let minutes = 0;
  return steps.map(([since, change]): Step => {
    minutes += since;
    return [minutes, change];
  });
});

describe('whatever alerts come', () => {
  it('a group fires exactly while one of its alerts does, and ended once it does not', () => {
    fc.assert(
      fc.property(history, steps => {
        const { group } = played(steps);
        if (group === undefined) return;
        const firing = group.alerts.some(({ state }) => state === 'firing');
        expect(group.state).toBe(firing ? 'firing' : 'resolved');
        expect(group.resolvedAtMs !== undefined).toBe(!firing);
        expect(new Set(group.alerts.map(({ key }) => key)).size).toBe(group.alerts.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('each told twice does what it does once', () => {
    fc.assert(
      fc.property(history, steps => {
        const doubled = steps.flatMap(step => [step, step]);
        const { heardAtMs: _, ...once } = played(steps).group ?? {};
        const { heardAtMs: __, ...twice } = played(doubled).group ?? {};
        expect(twice).toEqual(once);
        const news = (list: readonly Step[]) =>
          played(list).effects.filter(effect => !effect.startsWith('ignored'));
        expect(news(doubled)).toEqual(news(steps));
      }),
      { numRuns: 500 },
    );
  });

  it('two groups are never opened within half an hour', () => {
    fc.assert(
      fc.property(history, steps => {
        const { effects } = played(steps);
        const openedAt = steps.filter((_, i) => effects[i]?.startsWith('opened')).map(([minutes]) => minutes);
        for (const [i, minutes] of openedAt.entries())
          if (i > 0) expect(minutes - openedAt[i - 1]!).toBeGreaterThan(30);
      }),
      { numRuns: 1_000 },
    );
  });

  it('people get six edits a minute at most, at most one word in half an hour that it is over, and the last state', () => {
    const seconds = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), anyStep), { maxLength: 200 });
    fc.assert(
      fc.property(seconds, steps => {
        let group: AlertGroup | undefined;
        let nowMs = NOW_MS;
        const edits: number[] = [];
        const ends: number[] = [];
        const tell = () => {
          if (group === undefined) return;
          const telling = tellingOf(group, nowMs);
          if (telling.edit) edits.push(nowMs);
          if (telling.endReply) ends.push(nowMs);
          group = toldNow(group, telling, nowMs);
        };
        for (const [since, [, change]] of steps) {
          nowMs += since * 1_000;
          group = withAlert(group, aPlaced({ startsAtMs: nowMs, ...change }), nowMs).group;
          tell();
        }
        nowMs += 10_000;
        tell();
        for (const at of edits)
          expect(edits.filter(other => other >= at && other < at + MINUTE_MS).length).toBeLessThanOrEqual(6);
        for (const [i, at] of ends.entries())
          if (i > 0) expect(at - ends[i - 1]!).toBeGreaterThanOrEqual(30 * MINUTE_MS);
        expect(group?.untold ?? false).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('a clock that was set back holds nothing up', () => {
    const { group } = played([
      [0, {}],
      [1, { fingerprint: 'b' }],
    ]);
    const far = { ...group!, toldAtMs: NOW_MS + 3_600_000 };
    expect(tellingOf(far, NOW_MS)).toMatchObject({ edit: true });
  });
});
