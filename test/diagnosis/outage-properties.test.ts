import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunicornAt, unitAt } from './facts.ts';
import { at, outages } from './unit-story.ts';

describe('a list of outages', () => {
  it('never overlaps itself and never ends before it began, whatever the journal says', () => {
    const event = fc.oneof(
      fc
        .constantFrom(
          ...([
            'starting',
            'started',
            'stopping',
            'stopped',
            'failed',
            'deactivated',
            'main-exited',
            'start-limit-hit',
            'oom-kill-noticed',
            'restart-scheduled',
          ] as const),
        )
        .map(e => (s: number) => unitAt(at(s), e)),
      fc
        .constantFrom(...(['listening', 'master-starting', 'master-stopping'] as const))
        .map(e => (s: number) => gunicornAt(at(s), e)),
      fc
        .constantFrom('term', 'hup', 'usr2')
        .map(detail => (s: number) => gunicornAt(at(s), 'signal-handled', { detail })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), event), { maxLength: 30 }), journal => {
        const signals = journal.map(([s, make]) => make(s));
        const told = outages(signals);
        expect(outages([...signals].sort((a, b) => a.at.epochMs - b.at.epochMs))).toHaveLength(told.length);
        told.forEach((outage, i) => {
          if (outage.toMs !== undefined) expect(outage.toMs).toBeGreaterThanOrEqual(outage.fromMs);
          const next = told[i + 1];
          if (next) expect(next.fromMs).toBeGreaterThan(outage.toMs ?? Number.POSITIVE_INFINITY);
          expect(outage.lines.length).toBeGreaterThan(0);
        });
      }),
    );
  });
});
