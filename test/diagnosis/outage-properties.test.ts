import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostFile } from '../../src/collectors/case-file.ts';
import { type Outage, outagesOf } from '../../src/diagnosis/outages.ts';
import type { KernelOomKill, Signal } from '../../src/signals/signal.ts';
import { gunicornAt, hostWith, NOW_MS, unitAt } from './facts.ts';

const at = (seconds: number) => NOW_MS + seconds * 1000;
const _stopping = (s: number, jobType?: string) => unitAt(at(s), 'stopping', jobType ? { jobType } : {});
const _stopped = (s: number) => unitAt(at(s), 'stopped');
const _starting = (s: number) => unitAt(at(s), 'starting');
const _started = (s: number) => unitAt(at(s), 'started');
const _listening = (s: number, writerPid = 300) => gunicornAt(at(s), 'listening', { writerPid });
const _exited = (s: number, exitKind: 'exited' | 'killed' | 'dumped', status: number) =>
  unitAt(at(s), 'main-exited', { exitKind, status });
const _failed = (s: number, result: string) => unitAt(at(s), 'failed', { result });
const _term = (s: number, writerPid = 200) =>
  gunicornAt(at(s), 'signal-handled', { detail: 'term', writerPid });

function outages(
  signals: readonly Signal[],
  kills: readonly KernelOomKill[] = [],
  parts: Partial<HostFile> = {},
): readonly Outage[] {
  return outagesOf(
    hostWith({ signals, ...parts }),
    'gunicorn.service',
    { fromMs: at(-60), toMs: at(600) },
    kills,
  );
}

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
