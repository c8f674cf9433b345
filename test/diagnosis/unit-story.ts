import type { HostFile } from '../../src/collectors/case-file.ts';
import { type Outage, outagesOf } from '../../src/diagnosis/outages.ts';
import type { KernelOomKill, Signal } from '../../src/signals/signal.ts';
import { gunicornAt, hostWith, NOW_MS, unitAt } from './facts.ts';

/** What PID 1 and the master say of a unit that goes down and comes back, by the second. */
export const at = (seconds: number) => NOW_MS + seconds * 1000;
export const stopping = (s: number, jobType?: string) =>
  unitAt(at(s), 'stopping', jobType ? { jobType } : {});
export const stopped = (s: number) => unitAt(at(s), 'stopped');
export const starting = (s: number) => unitAt(at(s), 'starting');
export const started = (s: number) => unitAt(at(s), 'started');
export const listening = (s: number, writerPid = 300) => gunicornAt(at(s), 'listening', { writerPid });
export const exited = (s: number, exitKind: 'exited' | 'killed' | 'dumped', status: number) =>
  unitAt(at(s), 'main-exited', { exitKind, status });
export const failed = (s: number, result: string) => unitAt(at(s), 'failed', { result });
export const term = (s: number, writerPid = 200) =>
  gunicornAt(at(s), 'signal-handled', { detail: 'term', writerPid });

/** The outages of a server that tells these signals. */
export function outages(
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
