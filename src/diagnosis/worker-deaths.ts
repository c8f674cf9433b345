import type { KernelOomKill, Moment, SourceLine } from '../signals/signal.ts';
import type { OwnCauseId } from './cause.ts';

/** Why a worker ended. The last three are no faults; `killed-unproven` is SIGKILL that nobody accounts for. */
export type DeathCause =
  | 'worker-oom-kill'
  | 'userspace-oom-kill'
  | 'worker-timeout'
  | 'worker-crash'
  | 'worker-exit'
  | 'worker-killed-externally'
  | 'app-boot-failure'
  | 'killed-unproven'
  | 'service-stopped'
  | 'graceful-reload'
  | 'recycling-works'
  | OwnCauseId;

/** One worker's end, with what proves its cause. */
export interface WorkerDeath {
  readonly server: string;
  /** Gunicorn's pid of the worker; undefined where only a replacement shows that one died. */
  readonly pid?: number;
  readonly at: Moment;
  /** The master notices a death up to this much after it happened; 0 where the kernel gave the time. */
  readonly noticedLateMs: number;
  readonly cause: DeathCause;
  /** What the proof of the cause names. `none`: the cause is what remains when others are excluded. */
  readonly proof: 'pid' | 'unit' | 'counter' | 'none';
  readonly kill?: KernelOomKill;
  readonly lines: readonly SourceLine[];
}

const NOT_A_FAULT: ReadonlySet<DeathCause> = new Set([
  'service-stopped',
  'graceful-reload',
  'recycling-works',
]);
/** Deaths that cost somebody something. */
export const isFault = (death: WorkerDeath): boolean => !NOT_A_FAULT.has(death.cause);
