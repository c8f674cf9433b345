import type { GunicornEvent, KernelOomKill, UnitEvent } from '../signals/signal.ts';
import type { HostFile } from '../collectors/case-file.ts';

/** How we know whose process the kernel killed. */
export type Ownership =
  | 'same-path' // the cgroup is this unit's
  | 'path-suffix' // a longer path that ends like it, and this unit lost workers or its counter rose
  | 'pid' // no cgroup on the line (Linux before 5.0), but a worker of this unit had this pid
  | 'other'; // somebody else's

export interface OwnedKill {
  readonly kill: KernelOomKill;
  readonly ownership: Ownership;
}

const PAIRING_MS = 3_000;

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
  const ownPrefix = prefixOfThisServer(suffixed, host);
  const pids = workerPids(host);
  return kills.map(kill => ({ kill, ownership: ownershipOf(kill, ownPath, ownPrefix, pids) }));
}

function ownershipOf(
  kill: KernelOomKill,
  ownPath: string,
  ownPrefix: string | undefined,
  pids: ReadonlySet<number>,
): Ownership {
  if (kill.cgroup === undefined) return pids.has(kill.pid) ? 'pid' : 'other';
  if (kill.cgroup === ownPath || kill.cgroup.startsWith(`${ownPath}/`)) return 'same-path';
  return kill.cgroup === ownPrefix ? 'path-suffix' : 'other';
}

function prefixOfThisServer(suffixed: ReadonlyMap<string, readonly KernelOomKill[]>, host: HostFile): string | undefined {
  if (suffixed.size === 0) return undefined;
  const deaths = sigkillTimes(host);
  const counter = oomCounter(host);
  // A counter that stood at 0 from before the kills refutes them all, whatever else died.
  if (counter.final === 0 && counter.sinceMs !== undefined) {
    const since = counter.sinceMs;
    if ([...suffixed.values()].flat().every(k => k.at.epochMs >= since)) return undefined;
  }
  const fits = [...suffixed].map(([path, kills]) => ({ path, kills: kills.length, paired: pairedCount(kills, deaths) }));
  fits.sort((a, b) => b.paired - a.paired || a.kills - b.kills);
  const [best, second] = fits;
  if (best === undefined) return undefined;
  if (best.paired > 0) {
    // A neighbour's kill may coincide with one of our deaths by chance; a kill of ours leaves a death each time.
    const enough = best.paired * 2 >= best.kills || (counter.final ?? 0) > 0;
    return enough && best.paired > (second?.paired ?? 0) ? best.path : undefined;
  }
  const byCounter = fits.filter(f => counter.final !== undefined && counter.final > 0 && f.kills === counter.final);
  return byCounter.length === 1 ? byCounter[0]?.path : undefined;
}

function pairedCount(kills: readonly KernelOomKill[], deaths: readonly number[]): number {
  const open = [...deaths];
  let paired = 0;
  for (const kill of kills) {
    const at = open.findIndex(d => Math.abs(d - kill.at.epochMs) <= PAIRING_MS + kill.at.toleranceMs);
    if (at >= 0) {
      open.splice(at, 1);
      paired++;
    }
  }
  return paired;
}

function sigkillTimes(host: HostFile): number[] {
  return host.signals
    .filter((s): s is GunicornEvent => s.kind === 'gunicorn' && s.event === 'worker-signalled' && s.signal === 9)
    .map(s => s.at.epochMs);
}

function workerPids(host: HostFile): ReadonlySet<number> {
  const pids = new Set<number>();
  for (const s of host.signals) {
    if (s.kind !== 'gunicorn') continue;
    if (s.pid !== undefined) pids.add(s.pid);
    if (s.writerPid !== undefined) pids.add(s.writerPid);
  }
  return pids;
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
