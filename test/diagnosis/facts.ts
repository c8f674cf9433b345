import type { HostFile } from '../../src/collectors/case-file.ts';
import type { Failure } from '../../src/diagnosis/failures.ts';
import type { WorkerDeath } from '../../src/diagnosis/worker-deaths.ts';
import type {
  GunicornEvent,
  KernelOomKill,
  SourceId,
  SourceLine,
  UnitEvent,
} from '../../src/signals/signal.ts';

export const NOW_MS = Date.parse('2026-11-22T10:00:00Z');

export const lineOf = (source: SourceId, text: string, atMs = NOW_MS): SourceLine => ({
  server: 'web-1',
  source,
  text,
  at: { epochMs: atMs, toleranceMs: 0 },
});

/** A server that tells nothing but what is given. */
export const hostWith = (parts: Partial<HostFile> = {}): HostFile => ({
  server: 'web-1',
  runsApp: true,
  runsNginx: true,
  clock: { errorMs: 0, utcOffsetMinutes: 0, assumed: false },
  signals: [],
  accessLogs: [],
  workers: [],
  queues: [],
  samples: [],
  coverage: [],
  ...parts,
});

/** A closed connection, answered with 502. */
export const failureAt = (atMs: number, parts: Partial<Failure> = {}): Failure => ({
  atMs,
  toleranceMs: 0,
  nginxServer: 'web-1',
  appServer: 'web-1',
  status: 502,
  fault: 'closed-before-header',
  effect: 'client',
  fromUpstream: false,
  lines: [lineOf('nginx-error-log', 'upstream prematurely closed connection', atMs)],
  ...parts,
});

/** A worker that the kernel killed. */
export const deathAt = (atMs: number, parts: Partial<WorkerDeath> = {}): WorkerDeath => ({
  server: 'web-1',
  pid: 201,
  at: { epochMs: atMs, toleranceMs: 0 },
  noticedLateMs: 0,
  cause: 'worker-oom-kill',
  proof: 'pid',
  lines: [lineOf('kernel-log', 'Killed process 201', atMs)],
  ...parts,
});

export const killAt = (atMs: number, cgroup: string | undefined, pid = 90_001): KernelOomKill => ({
  kind: 'kernel-oom-kill',
  at: { epochMs: atMs, toleranceMs: 0 },
  line: lineOf('kernel-log', `Killed process ${pid} (gunicorn) ${cgroup ?? ''} ${atMs}`, atMs),
  pid,
  comm: 'gunicorn',
  scope: 'memcg',
  ...(cgroup !== undefined && { cgroup }),
  alsoLines: [],
});

export const gunicornAt = (
  atMs: number,
  event: GunicornEvent['event'],
  parts: Partial<GunicornEvent> = {},
): GunicornEvent => ({
  kind: 'gunicorn',
  at: { epochMs: atMs, toleranceMs: 0 },
  line: lineOf('unit-journal', `${event} ${JSON.stringify(parts)} ${atMs}`, atMs),
  event,
  writerPid: 200,
  ...parts,
});

export const unitAt = (
  atMs: number,
  event: UnitEvent['event'],
  parts: Partial<UnitEvent> = {},
): UnitEvent => ({
  kind: 'unit',
  at: { epochMs: atMs, toleranceMs: 0 },
  line: lineOf('unit-journal', `${event} ${JSON.stringify(parts)} ${atMs}`, atMs),
  unit: 'gunicorn.service',
  event,
  ...parts,
});

/** The unit's own counter, counting since an instant. */
export const counterOf = (kills: number, sinceMs: number): Pick<HostFile, 'unit' | 'cgroup'> => ({
  unit: {
    unit: 'gunicorn.service',
    lines: new Map(),
    controlGroup: '/system.slice/gunicorn.service',
    mainStartedMs: sinceMs,
  },
  cgroup: {
    version: 2,
    oomKills: kills,
    oomKillsLine: lineOf('cgroup-memory', `memory.events:oom_kill ${kills}`),
    pids: [],
  },
});
