import type { HostFile } from '../collectors/case-file.ts';
import type { GunicornEvent, KernelOomKill, UnitEvent } from '../signals/signal.ts';

/** How we know whose process the kernel killed. */
export type Ownership =
  | 'same-path' // the cgroup is this unit's
  | 'path-suffix' // a longer path that ends like it, and this unit lost workers or its counter rose
  | 'pid' // no cgroup on the line (Linux before 5.0), but a worker of this unit had this pid
  | 'other'; // somebody else's

export interface OwnedKill {
  readonly kill: KernelOomKill;
  readonly ownership: Ownership;
  /** False where only the end of a path and one coincidence in time speak for it. */
  readonly certain: boolean;
}

/** The master's line follows a kill by 0 to 2 s; in the journal it may also stand before it. */
const REAPED_AFTER_MS = 500;
const PAIRING_MS = 2_500;
/**
 * After a time-out line Gunicorn sends SIGABRT and, on its next passes, SIGKILL until the worker is gone: one
 * that the kernel holds in a call can take long.
 */
export const TIMEOUT_TO_KILL_MS = 35_000;

/**
 * Decides for every kernel OOM kill in a server's kernel log whether it hit this unit.
 *
 * A shared kernel log (container hosts) carries the kills of other machines too, with cgroup paths that only
 * *end* like this unit's and with pids of another namespace. Such a kill counts only if the unit agrees: its
 * own `oom_kill` counter rose, or a worker of it died by SIGKILL at that moment. Of several prefixes the one
 * whose kills fit the unit's deaths best is this server; the others are neighbours.
 */
export function ownKillsOf(host: HostFile, unit: string): readonly OwnedKill[] {
  const kills = host.signals.filter((s): s is KernelOomKill => s.kind === 'kernel-oom-kill');
  if (kills.length === 0) return [];
  const ownPath = host.unit?.controlGroup || `/system.slice/${unit}`;
  const suffixed = new Map<string, KernelOomKill[]>();
  for (const kill of kills) {
    if (kill.cgroup !== undefined && kill.cgroup !== ownPath && kill.cgroup.endsWith(ownPath)) {
      suffixed.set(kill.cgroup, [...(suffixed.get(kill.cgroup) ?? []), kill]);
    }
  }
  const own = prefixOfThisServer(suffixed, host);
  const lastSeen = lastSeenOf(host);
  return kills.map(kill => {
    const ownership = ownershipOf(kill, ownPath, own, lastSeen);
    return { kill, ownership, certain: ownership !== 'path-suffix' || (own?.certain ?? false) };
  });
}

function ownershipOf(
  kill: KernelOomKill,
  ownPath: string,
  own: OwnPrefix | undefined,
  lastSeen: ReadonlyMap<number, LastSeen>,
): Ownership {
  if (kill.cgroup === undefined) return diedOfIt(kill, lastSeen.get(kill.pid)) ? 'pid' : 'other';
  if (kill.cgroup === ownPath || kill.cgroup.startsWith(`${ownPath}/`)) return 'same-path';
  return kill.cgroup === own?.path && own.kills.includes(kill) ? 'path-suffix' : 'other';
}

/** The prefix that stands for this server in a shared kernel log. */
interface OwnPrefix {
  readonly path: string;
  readonly kills: readonly KernelOomKill[];
  readonly certain: boolean;
}

interface PrefixFit {
  readonly path: string;
  readonly kills: readonly KernelOomKill[];
  readonly paired: number;
  /** A kill of ours leaves a death each time; a neighbour's meets one of ours only by chance. */
  readonly score: number;
  readonly meanDistanceMs: number;
}

function prefixOfThisServer(
  suffixed: ReadonlyMap<string, readonly KernelOomKill[]>,
  host: HostFile,
): OwnPrefix | undefined {
  if (suffixed.size === 0) return undefined;
  const deaths = sigkillTimes(host);
  const counter = oomCounter(host);
  const counted = counter.final;
  const since = counter.sinceMs;
  const bornMs = firstSignOf(host);
  const fits = [...suffixed].flatMap(([path, everyone]) => {
    // Before the first sign of this unit another host may have had the same path: kernels outlive containers.
    const all = everyone.filter(k => k.at.epochMs >= bornMs - PAIRING_MS - k.at.toleranceMs);
    // A counter that stood at 0 since before a kill refutes it, whatever else died then.
    const kills = counted === 0 && since !== undefined ? all.filter(k => k.at.epochMs < since) : all;
    return kills.length === 0 ? [] : [fitOf(path, kills, deaths)];
  });
  const asCounted = fits.filter(
    f => counted !== undefined && counted > 0 && killsSince(f, since) === counted,
  );
  fits.sort((a, b) => b.score - a.score || a.meanDistanceMs - b.meanDistanceMs);
  const [best, second] = fits;
  if (best === undefined) return undefined;
  const rose = (counted ?? 0) > 0 || counter.rises.length > 0;
  const as = (fit: PrefixFit | undefined): OwnPrefix | undefined =>
    fit && { ...fit, certain: rose || (fit.paired >= 2 && fit.paired === fit.kills.length) };
  if (best.paired === 0) return asCounted.length === 1 ? as(asCounted[0]) : undefined;
  if (best.paired * 2 < best.kills.length && !rose) return undefined;
  if (second === undefined || best.score > second.score) return as(best);
  const agreed = asCounted.filter(f => f.score === best.score);
  if (agreed.length === 1) return as(agreed[0]);
  return best.meanDistanceMs * 2 <= second.meanDistanceMs ? as(best) : undefined;
}

/** When the journal first tells of this unit; without a journal nothing is known and nothing is left out. */
function firstSignOf(host: HostFile): number {
  const first = host.signals.find(s => s.kind === 'gunicorn' || s.kind === 'unit');
  return first?.at.epochMs ?? Number.NEGATIVE_INFINITY;
}

const killsSince = (fit: PrefixFit, sinceMs: number | undefined) =>
  fit.kills.filter(k => sinceMs === undefined || k.at.epochMs >= sinceMs).length;

/** Pairs the kills of one prefix with this unit's deaths by SIGKILL, each death once, in order of time. */
function fitOf(path: string, kills: readonly KernelOomKill[], deaths: readonly number[]): PrefixFit {
  const open = [...deaths];
  let paired = 0;
  let distanceMs = 0;
  for (const kill of kills) {
    const at = open.findIndex(
      d => Math.abs(d - kill.at.epochMs - REAPED_AFTER_MS) <= PAIRING_MS + kill.at.toleranceMs,
    );
    if (at < 0) continue;
    distanceMs += Math.abs((open[at] as number) - kill.at.epochMs);
    open.splice(at, 1);
    paired++;
  }
  const score = paired - 2 * (kills.length - paired);
  return { path, kills, paired, score, meanDistanceMs: paired === 0 ? 0 : distanceMs / paired };
}

/** Deaths by SIGKILL that Gunicorn did not order itself: after a time-out line it did. */
function sigkillTimes(host: HostFile): number[] {
  const events = host.signals.filter((s): s is GunicornEvent => s.kind === 'gunicorn');
  const timedOutAtMs = new Map<number, number>();
  const times: number[] = [];
  for (const event of events) {
    if (event.pid === undefined) continue;
    const atMs = event.at.epochMs;
    if (event.event === 'worker-timeout') timedOutAtMs.set(event.pid, atMs);
    if (event.event !== 'worker-signalled' || event.signal !== 9) continue;
    if (atMs - (timedOutAtMs.get(event.pid) ?? Number.NEGATIVE_INFINITY) > TIMEOUT_TO_KILL_MS)
      times.push(atMs);
  }
  return times;
}

/** What Gunicorn last said of a pid. */
interface LastSeen {
  readonly atMs: number;
  readonly signal?: number | undefined;
}

function lastSeenOf(host: HostFile): ReadonlyMap<number, LastSeen> {
  const seen = new Map<number, LastSeen>();
  for (const s of host.signals) {
    if (s.kind !== 'gunicorn') continue;
    if (s.writerPid !== undefined) seen.set(s.writerPid, { atMs: s.at.epochMs });
    if (s.pid !== undefined) seen.set(s.pid, { atMs: s.at.epochMs, signal: s.signal });
  }
  return seen;
}

/** A line without a cgroup is ours only if our process of that pid ended then: pids of other machines repeat ours. */
function diedOfIt(kill: KernelOomKill, seen: LastSeen | undefined): boolean {
  if (seen === undefined || seen.atMs > kill.at.epochMs + PAIRING_MS + REAPED_AFTER_MS + kill.at.toleranceMs)
    return false;
  return seen.signal === undefined ? seen.atMs <= kill.at.epochMs : seen.signal === 9;
}

/** The unit's own kill counter: its last value, since when it counts, and the rises that samples saw. */
export interface OomCounter {
  readonly final?: number;
  /** Counters restart with the unit: kills before this instant are not in it. */
  readonly sinceMs?: number;
  /** Instants between two samples at which the counter rose, with the rise. */
  readonly rises: readonly { readonly fromMs: number; readonly toMs: number; readonly by: number }[];
}

/** Reads the counter from the cgroup files and, where a sampler ran, its rises over time. */
export function oomCounter(host: HostFile): OomCounter {
  const rises: { fromMs: number; toMs: number; by: number }[] = [];
  let last: { atMs: number; kills: number } | undefined;
  for (const sample of host.samples) {
    if (sample.oomKills === undefined) continue;
    if (last && sample.oomKills > last.kills) {
      rises.push({ fromMs: last.atMs, toMs: sample.atMs, by: sample.oomKills - last.kills });
    }
    last = { atMs: sample.atMs, kills: sample.oomKills };
  }
  const sinceMs = cgroupSinceMs(host);
  return {
    rises,
    ...(host.cgroup?.oomKills !== undefined && { final: host.cgroup.oomKills }),
    ...(sinceMs !== undefined && { sinceMs }),
  };
}

function cgroupSinceMs(host: HostFile): number | undefined {
  const fromState = host.unit?.mainStartedMs ?? host.unit?.activeSinceMs;
  if (fromState !== undefined) return fromState;
  const starts = host.signals.filter((s): s is UnitEvent => s.kind === 'unit' && s.event === 'starting');
  return starts.at(-1)?.at.epochMs;
}
