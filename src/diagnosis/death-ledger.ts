import type { KernelOomKill } from '../signals/signal.ts';
import { DeathJudge, type LedgerContext } from './death-judge.ts';
import { TIMEOUT_TO_KILL_MS } from './kernel-kills.ts';
import type { WorkerDeath } from './worker-deaths.ts';
import {
  endOf,
  gunicornEventsOf,
  silentReplacementsOf,
  type WorkerLife,
  workerLivesOf,
} from './worker-lives.ts';

const NEAR_MS = 3_000;
/** A kill and the end of the process it names. */
const SAME_END_MS = 10_000;

/** The ledger of one server: every worker that ended, each once, oldest first. */
export function workerDeathsOf(context: LedgerContext): readonly WorkerDeath[] {
  const events = gunicornEventsOf(context.host);
  const lives = workerLivesOf(events).filter(life => endOf(life) !== undefined);
  const claims = new KillClaims(lives);
  const unclaimed = context.kills.filter(k => !claims.claim(k) && k.certain);
  const judge = new DeathJudge(context, events);
  const known = lives.map(life => judge.deathOf(life, claims.byLife.get(life)));
  const kernelOnly = unclaimed.map(
    ({ kill, samePids }): WorkerDeath => ({
      server: context.host.server,
      ...(samePids && { pid: kill.pid }),
      at: kill.at,
      noticedLateMs: 0,
      cause: 'worker-oom-kill',
      proof: samePids ? 'pid' : 'unit',
      kill,
      lines: [kill.line, ...kill.alsoLines],
    }),
  );
  const ends = [...known, ...kernelOnly].map(d => d.at.epochMs);
  const silent = silentReplacementsOf(events, ends, context.workers).map(s =>
    judge.silentDeath(s.at, s.boot),
  );
  return [...known, ...kernelOnly, ...silent].sort((a, b) => a.at.epochMs - b.at.epochMs);
}

/** Ties kernel kills to the lives they ended: by pid, or by time where the pids are another namespace's. */
class KillClaims {
  readonly byLife = new Map<WorkerLife, KernelOomKill>();
  readonly #byPid = new Map<number, WorkerLife[]>();
  readonly #killed: readonly WorkerLife[];

  constructor(lives: readonly WorkerLife[]) {
    for (const life of lives) this.#byPid.set(life.pid, [...(this.#byPid.get(life.pid) ?? []), life]);
    this.#killed = lives.filter(life => endOf(life)?.signal === 9 && !timedOut(life));
  }

  claim({ kill, samePids }: LedgerContext['kills'][number]): boolean {
    const candidates = samePids ? (this.#byPid.get(kill.pid) ?? []) : this.#killed;
    const reachMs = samePids ? SAME_END_MS : NEAR_MS + kill.at.toleranceMs;
    let best: WorkerLife | undefined;
    let bestMs = reachMs;
    for (const life of candidates) {
      const distanceMs = Math.abs((endOf(life)?.at.epochMs ?? Number.POSITIVE_INFINITY) - kill.at.epochMs);
      if (distanceMs > bestMs || this.byLife.has(life)) continue;
      best = life;
      bestMs = distanceMs;
    }
    if (best) this.byLife.set(best, kill);
    return best !== undefined;
  }
}

/** Gunicorn's own SIGKILL follows its time-out line. */
function timedOut(life: WorkerLife): boolean {
  const timeout = life.events.find(e => e.event === 'worker-timeout');
  return timeout !== undefined && (endOf(life)?.at.epochMs ?? 0) - timeout.at.epochMs <= TIMEOUT_TO_KILL_MS;
}
