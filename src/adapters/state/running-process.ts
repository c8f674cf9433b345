import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, named so that it is not mistaken for a later one with the same pid. */
export interface RunningProcess {
  readonly host: string;
  /** Which start of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** In which pid namespace the pid counts; empty where there are none. */
  readonly pidSpace: string;
  readonly pid: number;
  /** Clock ticks from boot to its start; empty where the system does not tell. */
  readonly start: string;
}

/** The process that asks. */
export function thisProcess(): RunningProcess {
  return {
    host: hostname(),
    boot: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: textOf(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    start: statusOf(process.pid)?.start ?? '',
  };
}

/**
 * Whether another process still lives. `unknown` when it cannot be seen from here: on another host, or in
 * another container; and where only a pid is known, which by now may be somebody else's.
 */
export function lifeOf(other: RunningProcess): 'alive' | 'dead' | 'unknown' {
  const here = thisProcess();
  if (other.host !== here.host) return 'unknown';
  // The machine was started again since: nothing from before is left. One that hides its start tells nothing.
  if (other.boot !== here.boot) return other.boot === '' || here.boot === '' ? 'unknown' : 'dead';
  if (other.pidSpace !== here.pidSpace) return 'unknown';
  if (!exists(other.pid)) return 'dead';
  if (other.start === '') return 'unknown';
  const status = statusOf(other.pid);
  if (status === undefined) return 'alive';
  return status.start === other.start && !status.ended ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start time) of /proc/PID/stat; the name in field 2 may hold anything. Source: proc(5). */
function statusOf(pid: number): { readonly start: string; readonly ended: boolean } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  if (start === undefined) return undefined;
  // Zombies and dead tasks still have a pid.
  return { start, ended: /^[ZXx]$/.test(fields[0] ?? '') };
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
