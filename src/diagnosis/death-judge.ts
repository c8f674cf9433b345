import type { HostFile } from '../collectors/case-file.ts';
import type {
  GunicornEvent,
  KernelOomKill,
  Moment,
  ProcessCrash,
  SourceLine,
  UnitEvent,
  UserspaceOomKill,
} from '../signals/signal.ts';
import { compareVersions } from '../signals/version-order.ts';
import { type OomCounter, oomCounter, TIMEOUT_TO_KILL_MS } from './kernel-kills.ts';
import { oomRefutedAt } from './oom-refutation.ts';
import type { Outage } from './outages.ts';
import type { DeathCause, WorkerDeath } from './worker-deaths.ts';
import { endOf, type WorkerLife } from './worker-lives.ts';

/** Arbiter passes are 1 s apart; on a busy host its line came up to 1.8 s after the death. */
const NOTICED_LATE_MS = 1_800;
const NEAR_MS = 3_000;
/** After HUP old workers get their graceful_timeout (30 s) and a little more. */
const RELOAD_MS = 60_000;
const CRASHES = new Set([4, 6, 7, 8, 11]);

export interface LedgerContext {
  readonly host: HostFile;
  readonly unit: string;
  /** Kernel kills of this unit, oldest first, with whether their pids are Gunicorn's pids. */
  readonly kills: readonly {
    readonly kill: KernelOomKill;
    readonly samePids: boolean;
    readonly certain: boolean;
  }[];
  readonly outages: readonly Outage[];
  readonly workers: number | undefined;
  /** Where the evidence begins: what a counter counted before is not known. */
  readonly fromMs: number;
}

/** Signals after which old workers leave in peace. */
const RELOADS = /^(hup|ttou|usr2|winch)$/;
const isTimeout = (e: GunicornEvent) => e.event === 'worker-timeout' || e.event === 'aborted-by-timeout';

/** Applies the rules of attribution to single lives; keeps what has been used up. */
export class DeathJudge {
  readonly #context: LedgerContext;
  readonly #unitEvents: readonly UnitEvent[];
  readonly #noticed: UnitEvent[];
  readonly #orphans: ReadonlySet<number | undefined>;
  readonly #reloads: readonly GunicornEvent[];
  readonly #killers: readonly UserspaceOomKill[];
  readonly #crashes: readonly ProcessCrash[];
  readonly #counter: OomCounter;
  #counterLeft: number;

  constructor(context: LedgerContext, events: readonly GunicornEvent[]) {
    this.#context = context;
    this.#orphans = new Set(events.filter(e => e.event === 'parent-changed').map(e => e.writerPid));
    this.#reloads = events.filter(e => e.event === 'signal-handled' && RELOADS.test(e.detail ?? ''));
    this.#killers = context.host.signals.filter(s => s.kind === 'userspace-oom-kill');
    this.#crashes = context.host.signals.filter(s => s.kind === 'process-crash');
    this.#unitEvents = context.host.signals.filter(
      (s): s is UnitEvent => s.kind === 'unit' && s.unit === context.unit,
    );
    // Notices that a kernel line already accounts for prove nothing further.
    this.#noticed = this.#unitEvents.filter(
      e =>
        e.event === 'oom-kill-noticed' &&
        !context.kills.some(k => Math.abs(k.kill.at.epochMs - e.at.epochMs) <= NEAR_MS),
    );
    this.#counter = oomCounter(context.host);
    const counter = this.#counter;
    const counted = context.kills.filter(
      k => counter.sinceMs === undefined || k.kill.at.epochMs >= counter.sinceMs,
    ).length;
    // A counter that began before the evidence also holds kills of which the evidence cannot know.
    const whole = (counter.sinceMs ?? Number.NEGATIVE_INFINITY) >= context.fromMs;
    this.#counterLeft = whole ? Math.max((counter.final ?? 0) - counted, 0) : 0;
  }

  deathOf(life: WorkerLife, kill: KernelOomKill | undefined): WorkerDeath {
    const end = endOf(life) as GunicornEvent;
    const lines = [...new Set(life.events.filter(e => e.event !== 'worker-booting').map(e => e.line))];
    const base = { server: this.#context.host.server, pid: life.pid };
    if (kill) {
      const proof = this.#context.kills.some(k => k.kill === kill && k.certain) ? 'pid' : 'none';
      return {
        ...base,
        at: kill.at,
        noticedLateMs: 0,
        cause: 'worker-oom-kill',
        proof,
        kill,
        lines: [kill.line, ...lines, ...kill.alsoLines],
      };
    }
    const verdict = this.#judge(life, end);
    // A timed-out worker may have answered when it was told, long before the master reaped it.
    const told = verdict.cause === 'worker-timeout' ? life.events.find(isTimeout) : undefined;
    const noticedLateMs = Math.max(
      NOTICED_LATE_MS,
      told === undefined ? 0 : end.at.epochMs - told.at.epochMs,
    );
    return {
      ...base,
      at: end.at,
      noticedLateMs,
      ...verdict,
      lines: [...new Set([...(verdict.lines ?? []), ...lines])],
    };
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

  #judge(
    life: WorkerLife,
    end: GunicornEvent,
  ): { cause: DeathCause; proof: WorkerDeath['proof']; lines?: SourceLine[] } {
    const atMs = end.at.epochMs;
    const timeout = life.events.findLast(isTimeout);
    const killer = this.#userspaceKill(life.pid, atMs);
    if (killer)
      return {
        cause: 'userspace-oom-kill',
        proof: killer.pid === life.pid ? 'pid' : 'unit',
        lines: [killer.line],
      };
    if (timeout && atMs - timeout.at.epochMs <= TIMEOUT_TO_KILL_MS)
      return { cause: 'worker-timeout', proof: 'pid', lines: [timeout.line] };
    if (life.events.some(e => e.event === 'worker-boot-error'))
      return { cause: 'app-boot-failure', proof: 'pid' };
    if (life.events.some(e => e.event === 'worker-recycling'))
      return { cause: 'recycling-works', proof: 'pid' };
    if (end.event === 'worker-signalled' && end.signal === 9) return this.#sigkill(life, atMs);
    if (end.event === 'worker-signalled' && CRASHES.has(end.signal ?? 0)) {
      // A shared kernel log has other machines' crashes: one with our pid counts only at our worker's end.
      const crash = this.#crashes.find(
        s => s.pid === life.pid && Math.abs(s.at.epochMs - atMs) <= NEAR_MS * 2,
      );
      return { cause: 'worker-crash', proof: 'pid', ...(crash && { lines: [crash.line] }) };
    }
    if (this.#stopping(life.pid, atMs)) return { cause: 'service-stopped', proof: 'pid' };
    if (this.#reloading(life, atMs)) return { cause: 'graceful-reload', proof: 'pid' };
    if (end.event === 'worker-signalled') return { cause: 'worker-killed-externally', proof: 'pid' };
    if (
      end.event === 'worker-exit-code' &&
      (end.code === 3 || end.code === 4) &&
      atMs - (life.bootedAtMs ?? 0) < 10_000
    ) {
      return { cause: 'app-boot-failure', proof: 'pid' };
    }
    if (end.event === 'worker-exiting' && this.#recyclesSilently)
      return { cause: 'recycling-works', proof: 'none' };
    return { cause: end.event === 'parent-changed' ? 'service-stopped' : 'worker-exit', proof: 'pid' };
  }

  /** SIGKILL says only *that* it was killed: systemd, the kernel and a person leave the same line. */
  #sigkill(
    life: WorkerLife,
    atMs: number,
  ): { cause: DeathCause; proof: WorkerDeath['proof']; lines?: SourceLine[] } {
    const bySystemd = this.#unitEvents.find(
      e => e.event === 'process-killed' && e.pid === life.pid && Math.abs(e.at.epochMs - atMs) <= NEAR_MS * 2,
    );
    if (bySystemd) return { cause: 'service-stopped', proof: 'pid', lines: [bySystemd.line] };
    const oom = this.#oomByUnitOrCounter(atMs);
    if (oom) return { cause: 'worker-oom-kill', proof: oom.proof, lines: oom.lines };
    if (this.#stopping(life.pid, atMs)) return { cause: 'service-stopped', proof: 'pid' };
    const refuted = oomRefutedAt(this.#context.host, atMs);
    return refuted
      ? { cause: 'worker-killed-externally', proof: 'pid', lines: refuted }
      : { cause: 'killed-unproven', proof: 'none' };
  }

  #oomByUnitOrCounter(atMs: number): { proof: 'unit' | 'counter'; lines: SourceLine[] } | undefined {
    const notice = this.#noticed.findIndex(e => Math.abs(e.at.epochMs - atMs) <= NEAR_MS);
    if (notice >= 0) return { proof: 'unit', lines: this.#noticed.splice(notice, 1).map(e => e.line) };
    const counter = this.#counter;
    const line = this.#context.host.cgroup?.oomKillsLine;
    if (counter.rises.some(r => atMs >= r.fromMs - NOTICED_LATE_MS && atMs <= r.toMs + NEAR_MS)) {
      const sample = this.#context.host.samples.find(
        s => s.oomKills !== undefined && s.atMs >= atMs - NOTICED_LATE_MS && s.oomKills > 0,
      );
      return { proof: 'counter', lines: [sample?.line, line].filter(l => l !== undefined) };
    }
    if (this.#counterLeft > 0 && line && counter.sinceMs !== undefined && counter.sinceMs <= atMs) {
      this.#counterLeft -= 1;
      return { proof: 'counter', lines: [line] };
    }
    return undefined;
  }

  #userspaceKill(pid: number, atMs: number): UserspaceOomKill | undefined {
    const near = this.#killers.filter(s => Math.abs(s.at.epochMs - atMs) <= NEAR_MS * 2);
    return (
      near.find(s => s.pid === pid) ??
      near.find(s => s.pid === undefined && (s.cgroup?.endsWith(this.#context.unit) ?? false))
    );
  }

  #stopping(pid: number, atMs: number): boolean {
    return (
      this.#context.outages.some(
        o => atMs >= o.fromMs - 500 && atMs <= (o.toMs ?? Number.POSITIVE_INFINITY),
      ) || this.#orphans.has(pid)
    );
  }

  /** uvicorn before 0.32 reaches max_requests without a word of its own. */
  get #recyclesSilently(): boolean {
    const { workerClass, maxRequests } = this.#context.host.gunicorn ?? {};
    const limit = maxRequests?.value;
    return (
      /uvicorn/i.test(workerClass?.value ?? '') &&
      (limit === 'computed' || (typeof limit === 'number' && limit > 0))
    );
  }

  /** Old workers leave after HUP, after TTOU, and (exit 0) when a USR2 upgrade ends the old master. */
  #reloading(life: WorkerLife, atMs: number): boolean {
    const order = this.#reloads.findLast(e => e.at.epochMs <= atMs + 500);
    return (
      order !== undefined &&
      atMs - order.at.epochMs <= RELOAD_MS &&
      (life.bootedAtMs ?? Number.NEGATIVE_INFINITY) <= order.at.epochMs + 500
    );
  }
}
