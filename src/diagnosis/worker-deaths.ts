import type { GunicornEvent, KernelOomKill, Moment, ProcessCrash, SourceLine, UnitEvent, UserspaceOomKill } from '../signals/signal.ts';
import type { HostFile } from '../collectors/case-file.ts';
import { oomCounter } from './kernel-kills.ts';
import type { Outage } from './outages.ts';
import { gunicornEventsOf, silentReplacementsOf, type WorkerLife, workerLivesOf } from './worker-lives.ts';

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
  | 'recycling-works';

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

const NOT_A_FAULT: ReadonlySet<DeathCause> = new Set(['service-stopped', 'graceful-reload', 'recycling-works']);
/** Deaths that cost somebody something. */
export const isFault = (death: WorkerDeath): boolean => !NOT_A_FAULT.has(death.cause);

/** Arbiter passes are 1 s apart; on a busy host its line came up to 1.8 s after the death. */
const NOTICED_LATE_MS = 1_800;
const NEAR_MS = 3_000;
/** SIGABRT, then SIGKILL on the next pass: the kill follows the time-out line within about two seconds. */
const TIMEOUT_TO_KILL_MS = 5_000;
/** After HUP old workers get their graceful_timeout (30 s) and a little more. */
const RELOAD_MS = 60_000;
const CRASHES = new Set([4, 6, 7, 8, 11]);

export interface LedgerContext {
  readonly host: HostFile;
  readonly unit: string;
  /** Kernel kills of this unit, oldest first, with whether their pids are Gunicorn's pids. */
  readonly kills: readonly { readonly kill: KernelOomKill; readonly samePids: boolean }[];
  readonly outages: readonly Outage[];
  readonly workers: number | undefined;
}

/** The ledger of one server: every worker that ended, each once, oldest first. */
export function workerDeathsOf(context: LedgerContext): readonly WorkerDeath[] {
  const events = gunicornEventsOf(context.host);
  const lives = workerLivesOf(events).filter(life => endOf(life) !== undefined);
  const claimed = new Map<WorkerLife, KernelOomKill>();
  const unclaimed = context.kills.filter(k => !claimKill(k, lives, claimed));
  const judge = new Judge(context, events);
  const known = lives.map(life => judge.deathOf(life, claimed.get(life)));
  const kernelOnly = unclaimed.map(({ kill, samePids }): WorkerDeath => ({
    server: context.host.server,
    ...(samePids && { pid: kill.pid }),
    at: kill.at,
    noticedLateMs: 0,
    cause: 'worker-oom-kill',
    proof: samePids ? 'pid' : 'unit',
    kill,
    lines: [kill.line, ...kill.alsoLines],
  }));
  const ends = [...known, ...kernelOnly].map(d => d.at.epochMs);
  const silent = silentReplacementsOf(events, ends, context.workers).map(s => judge.silentDeath(s.at, s.boot));
  return [...known, ...kernelOnly, ...silent].sort((a, b) => a.at.epochMs - b.at.epochMs);
}

/** The event that ended a life: the latest sure sign; a time-out or recycling alone counts on old versions. */
function endOf(life: WorkerLife): GunicornEvent | undefined {
  const last = (...names: GunicornEvent['event'][]) => life.events.findLast(e => names.includes(e.event));
  return (
    last('worker-signalled') ?? last('worker-exit-code') ?? last('worker-exiting', 'parent-changed') ?? last('worker-timeout')
  );
}

/** Ties a kernel kill to the life it ended: by pid, or by time where the pids are another namespace's. */
function claimKill(
  { kill, samePids }: LedgerContext['kills'][number],
  lives: readonly WorkerLife[],
  claimed: Map<WorkerLife, KernelOomKill>,
): boolean {
  const open = lives.filter(life => !claimed.has(life));
  const distance = (life: WorkerLife) => Math.abs((endOf(life)?.at.epochMs ?? Number.POSITIVE_INFINITY) - kill.at.epochMs);
  const fits = samePids
    ? open.filter(life => life.pid === kill.pid && distance(life) <= 10_000)
    : open.filter(life => endOf(life)?.signal === 9 && distance(life) <= NEAR_MS + kill.at.toleranceMs);
  const life = fits.sort((a, b) => distance(a) - distance(b))[0];
  if (life) claimed.set(life, kill);
  return life !== undefined;
}

/** Applies the rules of attribution to single lives; keeps what has been used up. */
class Judge {
  readonly #context: LedgerContext;
  readonly #events: readonly GunicornEvent[];
  readonly #unitEvents: readonly UnitEvent[];
  readonly #noticed: UnitEvent[];
  #counterLeft: number;

  constructor(context: LedgerContext, events: readonly GunicornEvent[]) {
    this.#context = context;
    this.#events = events;
    this.#unitEvents = context.host.signals.filter((s): s is UnitEvent => s.kind === 'unit' && s.unit === context.unit);
    // Notices that a kernel line already accounts for prove nothing further.
    this.#noticed = this.#unitEvents.filter(
      e => e.event === 'oom-kill-noticed' && !context.kills.some(k => Math.abs(k.kill.at.epochMs - e.at.epochMs) <= NEAR_MS),
    );
    const counter = oomCounter(context.host);
    const counted = context.kills.filter(k => counter.sinceMs === undefined || k.kill.at.epochMs >= counter.sinceMs).length;
    this.#counterLeft = Math.max((counter.final ?? 0) - counted, 0);
  }

  deathOf(life: WorkerLife, kill: KernelOomKill | undefined): WorkerDeath {
    const end = endOf(life) as GunicornEvent;
    const lines = [...new Set(life.events.filter(e => e.event !== 'worker-booting').map(e => e.line))];
    const base = { server: this.#context.host.server, pid: life.pid };
    if (kill) {
      return { ...base, at: kill.at, noticedLateMs: 0, cause: 'worker-oom-kill', proof: 'pid', kill, lines: [kill.line, ...lines, ...kill.alsoLines] };
    }
    const verdict = this.#judge(life, end);
    return { ...base, at: end.at, noticedLateMs: NOTICED_LATE_MS, ...verdict, lines: [...new Set([...(verdict.lines ?? []), ...lines])] };
  }

  silentDeath(at: Moment, boot: GunicornEvent): WorkerDeath {
    const base = { server: this.#context.host.server, at, noticedLateMs: NOTICED_LATE_MS };
    const oom = this.#oomByUnitOrCounter(at.epochMs);
    if (oom) return { ...base, cause: 'worker-oom-kill', proof: oom.proof, lines: [...oom.lines, boot.line] };
    // From 20.1 on a signal is always logged: a silent end is one by exit code.
    const version = this.#context.host.gunicorn?.version ?? '';
    const cause = compareVersions(version, '20.1') >= 0 ? 'worker-exit' : 'killed-unproven';
    return { ...base, cause, proof: 'none', lines: [boot.line] };
  }

  #judge(life: WorkerLife, end: GunicornEvent): { cause: DeathCause; proof: WorkerDeath['proof']; lines?: SourceLine[] } {
    const atMs = end.at.epochMs;
    const timeout = life.events.find(e => e.event === 'worker-timeout' || e.event === 'aborted-by-timeout');
    const killer = this.#userspaceKill(life.pid, atMs);
    if (killer) return { cause: 'userspace-oom-kill', proof: killer.pid === life.pid ? 'pid' : 'unit', lines: [killer.line] };
    if (timeout && atMs - timeout.at.epochMs <= TIMEOUT_TO_KILL_MS) return { cause: 'worker-timeout', proof: 'pid', lines: [timeout.line] };
    if (life.events.some(e => e.event === 'worker-boot-error')) return { cause: 'app-boot-failure', proof: 'pid' };
    if (life.events.some(e => e.event === 'worker-recycling')) return { cause: 'recycling-works', proof: 'pid' };
    if (end.event === 'worker-signalled' && end.signal === 9) return this.#sigkill(life, atMs);
    if (end.event === 'worker-signalled' && CRASHES.has(end.signal ?? 0)) {
      const crash = this.#context.host.signals.find((s): s is ProcessCrash => s.kind === 'process-crash' && s.pid === life.pid);
      return { cause: 'worker-crash', proof: 'pid', ...(crash && { lines: [crash.line] }) };
    }
    if (this.#stopping(life.pid, atMs)) return { cause: 'service-stopped', proof: 'pid' };
    if (this.#reloading(life, atMs)) return { cause: 'graceful-reload', proof: 'pid' };
    if (end.event === 'worker-signalled') return { cause: 'worker-killed-externally', proof: 'pid' };
    if (end.event === 'worker-exit-code' && (end.code === 3 || end.code === 4) && atMs - (life.bootedAtMs ?? 0) < 10_000) {
      return { cause: 'app-boot-failure', proof: 'pid' };
    }
    return { cause: end.event === 'parent-changed' ? 'service-stopped' : 'worker-exit', proof: 'pid' };
  }

  /** SIGKILL says only *that* it was killed: systemd, the kernel and a person leave the same line. */
  #sigkill(life: WorkerLife, atMs: number): { cause: DeathCause; proof: WorkerDeath['proof']; lines?: SourceLine[] } {
    const bySystemd = this.#unitEvents.find(e => e.event === 'process-killed' && e.pid === life.pid && Math.abs(e.at.epochMs - atMs) <= NEAR_MS * 2);
    if (bySystemd) return { cause: 'service-stopped', proof: 'pid', lines: [bySystemd.line] };
    const oom = this.#oomByUnitOrCounter(atMs);
    if (oom) return { cause: 'worker-oom-kill', proof: oom.proof, lines: oom.lines };
    if (this.#stopping(life.pid, atMs)) return { cause: 'service-stopped', proof: 'pid' };
    const refuted = oomRefutedAt(this.#context.host, atMs);
    return refuted ? { cause: 'worker-killed-externally', proof: 'pid', lines: refuted } : { cause: 'killed-unproven', proof: 'none' };
  }

  #oomByUnitOrCounter(atMs: number): { proof: 'unit' | 'counter'; lines: SourceLine[] } | undefined {
    const notice = this.#noticed.findIndex(e => Math.abs(e.at.epochMs - atMs) <= NEAR_MS);
    if (notice >= 0) return { proof: 'unit', lines: this.#noticed.splice(notice, 1).map(e => e.line) };
    const counter = oomCounter(this.#context.host);
    const line = this.#context.host.cgroup?.oomKillsLine;
    if (counter.rises.some(r => atMs >= r.fromMs - NOTICED_LATE_MS && atMs <= r.toMs + NEAR_MS)) {
      const sample = this.#context.host.samples.find(s => s.oomKills !== undefined && s.atMs >= atMs - NOTICED_LATE_MS && s.oomKills > 0);
      return { proof: 'counter', lines: [sample?.line, line].filter(l => l !== undefined) };
    }
    if (this.#counterLeft > 0 && line && counter.sinceMs !== undefined && counter.sinceMs <= atMs && !kernelLogSpeaksAt(this.#context.host, atMs)) {
      this.#counterLeft -= 1;
      return { proof: 'counter', lines: [line] };
    }
    return undefined;
  }

  #userspaceKill(pid: number, atMs: number): UserspaceOomKill | undefined {
    const near = this.#context.host.signals.filter(
      (s): s is UserspaceOomKill => s.kind === 'userspace-oom-kill' && Math.abs(s.at.epochMs - atMs) <= NEAR_MS * 2,
    );
    return near.find(s => s.pid === pid) ?? near.find(s => s.pid === undefined && (s.cgroup?.endsWith(this.#context.unit) ?? false));
  }

  #stopping(pid: number, atMs: number): boolean {
    return (
      this.#context.outages.some(o => atMs >= o.fromMs - 500 && atMs <= (o.toMs ?? Number.POSITIVE_INFINITY)) ||
      this.#events.some(e => e.event === 'parent-changed' && e.writerPid === pid)
    );
  }

  /** Old workers leave after HUP, after TTOU, and (exit 0) when a USR2 upgrade ends the old master. */
  #reloading(life: WorkerLife, atMs: number): boolean {
    const order = this.#events.findLast(
      e => e.event === 'signal-handled' && /^(hup|ttou|usr2|winch)$/.test(e.detail ?? '') && e.at.epochMs <= atMs + 500,
    );
    return order !== undefined && atMs - order.at.epochMs <= RELOAD_MS && (life.bootedAtMs ?? Number.NEGATIVE_INFINITY) <= order.at.epochMs + 500;
  }
}

/** Whether the kernel log was readable and covers this instant: then its silence means something. */
export function kernelLogSpeaksAt(host: HostFile, atMs: number): boolean {
  return host.coverage.some(
    c => c.source === 'kernel-log' && c.state === 'read' && (c.fromMs ?? Number.POSITIVE_INFINITY) <= atMs && (c.toMs ?? Number.NEGATIVE_INFINITY) >= atMs,
  );
}

/** What refutes an OOM kill of this unit at an instant: its counter stood still, or a covering kernel log is silent. */
export function oomRefutedAt(host: HostFile, atMs: number): SourceLine[] | undefined {
  const counter = oomCounter(host);
  if (counter.final === 0 && counter.sinceMs !== undefined && counter.sinceMs <= atMs) {
    return host.cgroup?.oomKillsLine ? [host.cgroup.oomKillsLine] : [];
  }
  return kernelLogSpeaksAt(host, atMs) ? [] : undefined;
}

/** Compares dotted versions by number; an empty one is the lowest. */
export function compareVersions(a: string, b: string): number {
  const [as, bs] = [a, b].map(v => v.split('.').map(part => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(as?.length ?? 0, bs?.length ?? 0); i++) {
    const difference = (as?.[i] ?? 0) - (bs?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
