import { describe, expect, it } from 'vitest';
import { type GrowthEpisode, nextEpisode } from '../../src/growth/growth-episode.ts';
import type { Hush } from '../../src/growth/growth-hush.ts';
import { aLook, LOOK_MS, type LookStory } from './looks.ts';

const HOUR_MS = 3_600_000;
const PER_HOUR = HOUR_MS / LOOK_MS;

type Look = LookStory & { readonly hush?: Hush };
const CALM: Look = { severity: 'calm' };
const SETTLED: Look = { severity: 'calm', settled: true };
const WARNING: Look = { severity: 'warning' };
const CRITICAL: Look = { severity: 'critical' };

/** So many hours of the same look. */
const hours = (count: number, look: Look): Look[] => Array(Math.round(count * PER_HOUR)).fill(look);

/** What was told, with the hour it was told at; edits are left out unless asked for. */
function told(looks: readonly Look[], edits = false): string[] {
  let episode: GrowthEpisode | undefined;
  return looks.flatMap((look, at) => {
    const step = nextEpisode(episode, aLook(at * LOOK_MS, look), look.hush);
    episode = step.episode;
    if (step.tell === undefined || (step.tell.kind === 'edit' && !edits)) return [];
    return [`${step.tell.kind} ${(at / PER_HOUR).toFixed(1)}`];
  });
}

describe('the warning of a service', () => {
  it.each([
    ['is posted once and never repeated', hours(60, WARNING), ['warn 0.0']],
    [
      'pings again when it turns critical',
      [...hours(2, WARNING), ...hours(5, CRITICAL)],
      ['warn 0.0', 'raise 2.0'],
    ],
    [
      'does not ping again for the same rise within a day',
      [...hours(1, WARNING), ...hours(1, CRITICAL), ...hours(1, WARNING), ...hours(5, CRITICAL)],
      ['warn 0.0', 'raise 1.0'],
    ],
    [
      'is resolved after two settled hours',
      [...hours(3, WARNING), ...hours(4, SETTLED)],
      ['warn 0.0', 'resolve 5.0'],
    ],
    ['is not resolved by calm that is not settled', [...hours(3, WARNING), ...hours(40, CALM)], ['warn 0.0']],
    [
      'begins to wait anew when calm was broken',
      [...hours(1, WARNING), ...hours(1.7, SETTLED), ...hours(0.4, WARNING), ...hours(3, SETTLED)],
      ['warn 0.0', 'resolve 5.0'],
    ],
    [
      'that comes back within half an hour of its resolve is the same, without a ping',
      [...hours(1, WARNING), ...hours(2.4, SETTLED), ...hours(30, WARNING)],
      ['warn 0.0', 'resolve 3.0'],
    ],
    [
      'that comes back later on the same day pings when the day is over',
      [...hours(1, WARNING), ...hours(6, SETTLED), ...hours(30, WARNING)],
      ['warn 0.0', 'resolve 3.0', 'raise 24.0'],
    ],
    [
      'that comes back after a day is a new one',
      [...hours(1, WARNING), ...hours(30, SETTLED), ...hours(3, WARNING)],
      ['warn 0.0', 'resolve 3.0', 'warn 31.0'],
    ],
    ['of a calm service is none', hours(9, CALM), []],
  ])('%s', (_, looks, expected) => expect(told(looks)).toEqual(expected));

  it('is brought up to date at news, and hourly', () => {
    const looks = [...hours(1, WARNING), ...hours(1, { ...WARNING, growing: 1 }), ...hours(2, WARNING)];
    expect(told(looks, true)).toEqual(['warn 0.0', 'edit 1.0', 'edit 2.0', 'edit 3.0']);
  });
});

describe('a restart', () => {
  const restarted = { ...CALM, pids: [3, 4] };

  it('resolves nothing: it is said, and the successors are watched for four hours', () => {
    const looks = [
      ...hours(2, WARNING),
      ...hours(1, restarted),
      ...hours(6, { ...restarted, settled: true }),
    ];
    expect(told(looks)).toEqual(['warn 0.0', 'reset-by-restart 2.0', 'resolve 6.0']);
  });

  it('is not told of when only one of two has ended', () => {
    const looks = [...hours(2, WARNING), ...hours(5, { ...CALM, pids: [2, 3] })];
    expect(told(looks)).toEqual(['warn 0.0']);
  });

  it('whose successors leak again goes on as the same episode, one ping a day', () => {
    const day = [...hours(4, restarted), ...hours(20, { ...WARNING, pids: [3, 4] })];
    const again = [...hours(4, { ...CALM, pids: [5, 6] }), ...hours(20, { ...WARNING, pids: [5, 6] })];
    expect(told([...hours(2, WARNING), ...day, ...again])).toEqual([
      'warn 0.0',
      'reset-by-restart 2.0',
      'raise 24.0',
      'reset-by-restart 26.0',
      'raise 48.0',
    ]);
  });

  it('of everything with nobody to be seen is no news', () => {
    expect(told([...hours(2, WARNING), ...hours(9, { ...CALM, pids: [] })])).toEqual(['warn 0.0']);
  });
});

describe('quiet hours and snooze', () => {
  const quiet: Hush = { quietHours: true };
  it.each([
    [
      'a warning waits for the end of quiet hours',
      [...hours(5, { ...WARNING, hush: quiet }), ...hours(2, WARNING)],
      ['warn 5.0'],
    ],
    [
      'one that went before they ended is never told',
      [
        ...hours(5, { ...WARNING, hush: quiet }),
        ...hours(9, { ...SETTLED, hush: quiet }),
        ...hours(9, SETTLED),
      ],
      [],
    ],
    ['what is critical does not wait', hours(5, { ...CRITICAL, hush: quiet }), ['warn 0.0']],
    [
      'a snoozed warning that turns critical is told',
      [
        ...hours(1, WARNING),
        ...hours(2, { ...CRITICAL, hush: { snooze: { severity: 'warning', untilMs: 99 * HOUR_MS } } }),
      ],
      ['warn 0.0', 'raise 1.0'],
    ],
    [
      'one that was snoozed when it was critical is told when the snooze ends',
      [
        ...hours(1, WARNING),
        ...hours(3, { ...CRITICAL, hush: { snooze: { severity: 'critical', untilMs: 3 * HOUR_MS } } }),
      ],
      ['warn 0.0', 'raise 3.0'],
    ],
    [
      'a snooze until the limit is near ends when it is',
      [
        ...hours(1, WARNING),
        ...[9, 5, 3, 1].flatMap(left =>
          hours(1, {
            ...CRITICAL,
            leftMs: left * HOUR_MS,
            hush: { snooze: { severity: 'critical', untilLeftMs: 2 * HOUR_MS } },
          }),
        ),
      ],
      ['warn 0.0', 'raise 4.0'],
    ],
    [
      'a snooze without a condition is none',
      hours(1, { ...WARNING, hush: { snooze: { severity: 'warning' } } }),
      ['warn 0.0'],
    ],
  ])('%s', (_, looks, expected) => expect(told(looks)).toEqual(expected));
});
