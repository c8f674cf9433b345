import { describe, expect, it } from 'vitest';
import type { ServerNote } from '../../src/workflows/sample-ports.ts';
import { watchOverview } from '../../src/workflows/watch-overview.ts';
import { WatchSight } from '../../src/workflows/watch-sight.ts';
import { aLook } from '../growth/looks.ts';
import { FakeTime } from './fake-time.ts';
import { aServer, aService } from './recorded-source.ts';

const NOW = Date.parse('2026-11-22T10:30:00Z');
const MINUTE_MS = 60_000;
const service = { ...aService([aServer('web-1'), aServer('web-2')]), id: 'shop' };
const notes = new Map<string, ServerNote>();
const young = aLook(NOW, { severity: 'calm' });
const unjudged = {
  ...young,
  workers: young.workers.map(worker => ({ ...worker, rule: 'not-enough-data' as const })),
};

describe('what the watch sees of a service', () => {
  it.each([
    ['nobody has looked yet', { notes, nowMs: NOW }, 'blind'],
    ['the last look is long ago', { notes, nowMs: NOW + 66 * MINUTE_MS, look: young }, 'blind'],
    ['nobody was seen', { notes, nowMs: NOW, look: aLook(NOW, { severity: 'calm', pids: [] }) }, 'blind'],
    ['not enough is known of anybody', { notes, nowMs: NOW, look: unjudged }, 'blind'],
    ['most workers are too young', { notes, nowMs: NOW, look: { ...young, blindUntilMs: NOW + 1 } }, 'blind'],
    ['they were too young until now', { notes, nowMs: NOW, look: { ...young, blindUntilMs: NOW } }, 'calm'],
    ['nobody grows', { notes, nowMs: NOW, look: young }, 'calm'],
    [
      'somebody grows while others are young',
      { notes, nowMs: NOW, look: { ...aLook(NOW, { severity: 'warning' }), blindUntilMs: NOW + 1 } },
      'warning',
    ],
    [
      'somebody is at the limit',
      { notes, nowMs: NOW, look: aLook(NOW, { severity: 'critical' }) },
      'critical',
    ],
  ])('when %s', (_, known, state) => {
    expect(watchOverview(service, known).state).toBe(state);
  });

  it('is nothing where staunch.yml says that it is not watched', () => {
    const unwatched = { ...service, warnings: { ...service.warnings, watch: false } };
    const known = { notes, nowMs: NOW, look: aLook(NOW, { severity: 'critical' }) };
    expect(watchOverview(unwatched, known)).toEqual({
      state: 'not-watched',
      workers: 0,
      growing: 0,
      gaps: [],
      silent: [],
    });
  });

  it('names what cannot be seen of this very service, on each of its servers', () => {
    const said = new Map<string, ServerNote>([
      [
        'web-1',
        {
          server: 'web-1',
          gaps: [
            { service: 'shop', text: 'no log' },
            { service: 'other', text: 'foreign' },
          ],
          toldAtMs: NOW,
        },
      ],
      ['web-2', { server: 'web-2', gaps: [], silentSinceMs: NOW - MINUTE_MS, toldAtMs: NOW }],
      ['web-9', { server: 'web-9', gaps: [], silentSinceMs: NOW, toldAtMs: NOW }],
    ]);
    expect(watchOverview(service, { notes: said, nowMs: NOW, look: young })).toMatchObject({
      gaps: ['no log'],
      silent: [{ server: 'web-2', sinceMs: NOW - MINUTE_MS }],
    });
  });
});

describe('sight', () => {
  const gap = { server: 'web-1', service: 'shop', what: 'requests' as const, text: 'no log' };
  const saying = (change: object = {}) => ({
    owned: ['web-1', 'web-2'],
    silent: new Map<string, number>(),
    gaps: [gap],
    ...change,
  });
  function aSight() {
    const kept: (readonly ServerNote[])[] = [];
    const time = new FakeTime();
    const state: { fault?: Error } = {};
    const logged: string[] = [];
    const sight = new WatchSight({
      notes: {
        async keep(news) {
          if (state.fault) throw state.fault;
          if (news.length > 0) kept.push(news);
        },
        all: async () => kept.flat(),
      },
      clock: time,
      log: { info() {}, warn() {}, error: (_, text) => void logged.push(text) },
    });
    return { sight, kept, time, state, logged };
  }

  it('is kept when it changes, and once a day', async () => {
    const { sight, kept, time } = aSight();
    await sight.keep(saying());
    await sight.keep(saying());
    expect(kept.map(news => news.map(({ server }) => server))).toEqual([['web-1', 'web-2']]);
    await sight.keep(saying({ silent: new Map([['web-2', 5]]) }));
    expect(kept[1]).toMatchObject([{ server: 'web-2', silentSinceMs: 5, gaps: [] }]);
    await time.advance(24 * 60 * MINUTE_MS);
    await sight.keep(saying({ silent: new Map([['web-2', 5]]) }));
    expect(kept[2]).toHaveLength(2);
  });

  it('that could not be kept is kept the next time', async () => {
    const { sight, kept, state, logged } = aSight();
    state.fault = new Error('the disk is full');
    await sight.keep(saying());
    expect(logged).toEqual(['what the watch cannot see could not be kept']);
    delete state.fault;
    await sight.keep(saying());
    expect(kept).toHaveLength(1);
  });
});
