import type { Moment, SourceLine } from './signal.ts';

/** A part of the kernel's OOM report, or a kill. Source: Linux mm/oom_kill.c, mm/memcontrol.c, 2.6.32 to 6.18. */
export type OomNote =
  /** `oom-kill:constraint=…` (5.0 and later): who was chosen, and in whose memory. Rate-limited: may be missing. */
  | {
      readonly note: 'summary';
      readonly pid: number;
      readonly comm: string;
      readonly scope?: 'memcg' | 'global';
      readonly cgroup?: string;
      readonly limitCgroup?: string;
    }
  /** `Killed process P (comm) …`: always printed. */
  | {
      readonly note: 'kill';
      readonly pid: number;
      readonly comm: string;
      readonly scope?: 'memcg' | 'global';
      readonly anonRssBytes?: number;
      readonly rssBytes?: number;
    }
  /** `Kill process P (comm) score N or sacrifice child` (before 5.1): chosen, perhaps a parent or a thread. */
  | { readonly note: 'selected'; readonly scope: 'memcg' | 'global' }
  /** `Task in A killed as a result of limit of B` (before 5.0). */
  | { readonly note: 'task-in'; readonly cgroup?: string; readonly limitCgroup: string }
  /** `Tasks in A are going to be killed due to memory.oom.group set`. */
  | { readonly note: 'group'; readonly cgroup: string }
  /** `memory: usage …, limit …, failcnt …` of the cgroup that hit its limit. */
  | { readonly note: 'limit'; readonly limitBytes: number }
  /** `X invoked oom-killer`: X allocated, it is not the victim. */
  | { readonly note: 'invoked' }
  /** `OOM victim P (comm) is already exiting`: chosen, but not killed. */
  | { readonly note: 'spared'; readonly pid: number };

/** A note with where and when it was read. */
export interface PlacedNote<N extends OomNote = OomNote> {
  readonly note: N;
  readonly at: Moment;
  readonly line: SourceLine;
}

const KIB = 1024;
/** Above this a printed limit in kB means "none" (9007199254740988 and its neighbours). */
const NO_LIMIT_KIB = 9_007_199_254_000_000;

/** Understands one kernel message of an OOM report; undefined for every other one. */
export function readOomNote(message: string): OomNote | undefined {
  if (message.startsWith('oom-kill:')) return summary(message);
  const killed = message.indexOf('Killed process ');
  if (killed === 0 || (killed > 2 && killed < 80 && message.startsWith(': ', killed - 2))) {
    return kill(message, killed);
  }
  if (message.startsWith('memory: usage ')) return limit(message);
  if (message.startsWith('Task in ')) return taskIn(message);
  if (message.startsWith('Memory limit reached of cgroup ')) {
    return { note: 'task-in', limitCgroup: message.slice(31).trim() };
  }
  if (message.startsWith('Tasks in ')) {
    const end = message.indexOf(' are going to be killed due to memory.oom.group');
    return end === -1 ? undefined : { note: 'group', cgroup: message.slice(9, end) };
  }
  if (message.includes(' invoked oom-killer:')) return { note: 'invoked' };
  const selected = message.indexOf(': Kill process ');
  if (selected !== -1 && selected < 80) {
    const scope = scopeOf(message);
    return scope === undefined ? undefined : { note: 'selected', scope };
  }
  const spared = /^.{0,60}: OOM victim (\d{1,10}) \(/.exec(message);
  return spared === null ? undefined : { note: 'spared', pid: Number(spared[1]) };
}

/** The prefix tells the scope even when the summary is lost. */
function scopeOf(message: string): 'memcg' | 'global' | undefined {
  if (message.startsWith('Memory cgroup out of memory')) return 'memcg';
  return message.startsWith('Out of memory') ? 'global' : undefined;
}

/**
 * The victim's name may hold commas, spaces and `=`, so the line is read from both ends. Early 5.x kernels
 * print CONSTRAINT_NONE for a cgroup's limit: what decides is `oom_memcg=` against `global_oom`.
 */
function summary(message: string): OomNote | undefined {
  const text = message.trimEnd();
  const uidMark = text.lastIndexOf(',uid=');
  const pidMark = text.lastIndexOf(',pid=', uidMark === -1 ? undefined : uidMark);
  const livesMark = text.indexOf(',task_memcg=');
  const nameMark = livesMark === -1 ? text.indexOf(',task=') : text.indexOf(',task=', livesMark);
  if (pidMark === -1 || nameMark === -1 || nameMark > pidMark) return undefined;
  const pid = /^\d{1,10}/.exec(text.slice(pidMark + 5))?.[0];
  if (pid === undefined) return undefined;
  const limitMark = text.indexOf(',oom_memcg=');
  const hasLimit = limitMark !== -1 && limitMark < livesMark;
  const isGlobal =
    !hasLimit && text.slice(0, livesMark === -1 ? nameMark : livesMark + 1).includes(',global_oom,');
  return {
    note: 'summary',
    pid: Number(pid),
    comm: text.slice(nameMark + 6, pidMark),
    ...(hasLimit && { scope: 'memcg' as const, limitCgroup: text.slice(limitMark + 11, livesMark) }),
    ...(isGlobal && { scope: 'global' as const }),
    ...(livesMark !== -1 && { cgroup: text.slice(livesMark + 12, nameMark) }),
  };
}

/** All forms from RHEL 6 (`Killed process 1, UID 2, (x) total-vm:`) to 6.18 (`… UID:0 pgtables:300kB`). */
function kill(message: string, start: number): OomNote | undefined {
  const pid = /^(\d{1,10}),?(?: UID \d{1,10},)? \(/.exec(message.slice(start + 15, start + 60));
  if (pid === null) return undefined;
  const nameStart = start + 15 + pid[0].length;
  const sizes = message.indexOf(' total-vm:', nameStart);
  const nameEnd = sizes === -1 ? message.lastIndexOf(')') : message.lastIndexOf(')', sizes);
  if (nameEnd < nameStart) return undefined;
  const anon = kibibytes(message, 'anon-rss:', nameEnd);
  const file = kibibytes(message, 'file-rss:', nameEnd);
  const shared = kibibytes(message, 'shmem-rss:', nameEnd);
  const scope = scopeOf(message);
  return {
    note: 'kill',
    pid: Number(pid[1]),
    comm: message.slice(nameStart, nameEnd),
    ...(scope !== undefined && { scope }),
    ...(anon !== undefined && { anonRssBytes: anon, rssBytes: anon + (file ?? 0) + (shared ?? 0) }),
  };
}

function kibibytes(message: string, name: string, from: number): number | undefined {
  const at = message.indexOf(name, from);
  if (at === -1) return undefined;
  const digits = /^(\d{1,15})kB/.exec(message.slice(at + name.length, at + name.length + 20));
  return digits === null ? undefined : Number(digits[1]) * KIB;
}

function limit(message: string): OomNote | undefined {
  const kib = /^memory: usage \d{1,20}kB, limit (\d{1,20})kB/.exec(message)?.[1];
  if (kib === undefined || Number(kib) >= NO_LIMIT_KIB) return undefined;
  return { note: 'limit', limitBytes: Number(kib) * KIB };
}

function taskIn(message: string): OomNote | undefined {
  const middle = message.indexOf(' killed as a result of limit of ');
  if (middle === -1) return undefined;
  return {
    note: 'task-in',
    cgroup: message.slice(8, middle),
    limitCgroup: message.slice(middle + 32).trim(),
  };
}
