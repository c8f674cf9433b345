import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { KernelOomKill, SourceId, SourceLine } from '../signals/signal.ts';
import type { Attribution } from './attribution.ts';
import type { CauseId } from './cause.ts';
import { workerDeathsOf } from './death-ledger.ts';
import { attribute } from './failure-attribution.ts';
import { type Failure, failuresOf, type HttpCounts, httpCountsOf } from './failures.ts';
import { type OwnedKill, ownKillsOf } from './kernel-kills.ts';
import { type Outage, outagesOf } from './outages.ts';
import { type OwnCause, type OwnEvent, ownEventsOf, withOwnDeaths } from './own-causes.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** Facts drawn from a case file, nothing weighed yet: what every hypothesis looks at. */
export interface Analysis {
  readonly caseFile: CaseFile;
  readonly http: HttpCounts;
  readonly failures: readonly Failure[];
  readonly attributions: readonly Attribution[];
  readonly deaths: readonly WorkerDeath[];
  readonly outages: readonly Outage[];
  /** Threads per worker of each app server; undefined where nobody knows. */
  readonly threads: ReadonlyMap<string, number | undefined>;
  /** Kernel OOM kills by server, this unit's and others'. */
  readonly kernelKills: ReadonlyMap<string, readonly OwnedKill[]>;
  /** Lines that fit the playbook's patterns and tell of no worker's end, oldest first. */
  readonly ownEvents: readonly OwnEvent[];
}

/** Draws the facts: whose kills, which workers died of what, when the unit was down, what failed because of it. */
export function analyse(caseFile: CaseFile, ownCauses: readonly OwnCause[] = []): Analysis {
  const kernelKills = new Map<string, readonly OwnedKill[]>();
  const deaths: WorkerDeath[] = [];
  const outages: Outage[] = [];
  const threads = new Map<string, number | undefined>();
  const { fromMs, toMs } = caseFile.window;
  const inWindow = (atMs: number) => atMs >= fromMs - LEAD_MS && atMs <= toMs + LEAD_MS;
  for (const host of caseFile.hosts) {
    if (!host.runsApp) continue;
    const kills = ownKillsOf(host, caseFile.unit).filter(k => inWindow(k.kill.at.epochMs));
    kernelKills.set(host.server, kills);
    const own = kills.filter(k => k.ownership !== 'other');
    const down = outagesOf(
      host,
      caseFile.unit,
      caseFile.window,
      own.map(k => k.kill),
    );
    outages.push(...down.filter(o => (o.toMs ?? toMs) >= fromMs && o.fromMs <= toMs));
    const known = workerDeathsOf({
      host,
      unit: caseFile.unit,
      kills: own.map(k => ({ kill: k.kill, samePids: k.ownership !== 'path-suffix', certain: k.certain })),
      outages: down,
      workers: workerCountOf(host),
      fromMs: fromMs - LEAD_MS,
    });
    const ledger = withOwnDeaths(known, host, ownCauses);
    deaths.push(...ledger.filter(d => inWindow(d.at.epochMs)));
    threads.set(host.server, threadsOf(host));
  }
  const failures = failuresOf(caseFile);
  const http = httpCountsOf(caseFile);
  const felt = outages.flatMap(o => (o.standing ? standingOutage(o, failures, http) : o));
  const ownEvents = ownEventsOf(caseFile, ownCauses).filter(event => inWindow(event.at.epochMs));
  const attributions = attribute(failures, {
    hosts: caseFile.hosts,
    deaths,
    outages: felt,
    threads,
    ownEvents,
  });
  return { caseFile, http, failures, attributions, deaths, outages: felt, threads, kernelKills, ownEvents };
}

/**
 * A unit that is down now need not have been down then: while requests were answered it was up, and it went
 * down where the first one found nobody.
 */
function standingOutage(outage: Outage, failures: readonly Failure[], http: HttpCounts): Outage | [] {
  const answered = [...http.byStatus].some(
    ([status, requests]) => status < 500 && status !== 499 && requests > 0,
  );
  if (!answered) return outage;
  const first = failures.find(
    f =>
      (f.appServer ?? outage.server) === outage.server &&
      (f.fault === 'socket-missing' || f.fault === 'refused'),
  );
  return first === undefined ? [] : { ...outage, fromMs: first.atMs };
}

/** What led to the first failure of a window may stand shortly before it. */
const LEAD_MS = 60_000;

/** How many workers the master was told to keep. The children it has now may be fewer: one may just have died. */
function workerCountOf(host: HostFile): number | undefined {
  const configured = host.gunicorn?.workers;
  return typeof configured?.value === 'number' && configured.from !== 'default'
    ? configured.value
    : undefined;
}

/** Requests one worker can hold at once; undefined for event-driven classes and where nobody knows. */
function threadsOf(host: HostFile): number | undefined {
  const workerClass = host.gunicorn?.workerClass?.value;
  const threads = host.gunicorn?.threads?.value;
  if (workerClass === 'sync') return 1;
  if (workerClass === 'gthread' && typeof threads === 'number' && threads > 1) return threads;
  return undefined;
}

/** Distinct processes of the unit that the kernel killed in the window. */
export function oomKillsOfTheUnit(analysis: Analysis): number {
  return analysis.deaths.filter(d => d.cause === 'worker-oom-kill').length;
}

/** The kernel's kills of other units, containers or hosts that stand in the same logs. */
export function foreignKillsOf(analysis: Analysis): readonly { server: string; kill: KernelOomKill }[] {
  return [...analysis.kernelKills].flatMap(([server, kills]) =>
    kills.filter(k => k.ownership === 'other').map(k => ({ server, kill: k.kill })),
  );
}

/** Whether a source could be read on every one of these hosts: then its silence means something. */
export function speaks(source: SourceId, hosts: readonly HostFile[]): boolean {
  return (
    hosts.length > 0 &&
    hosts.every(h => h.coverage.some(c => c.source === source && ['read', 'empty', 'cut'].includes(c.state)))
  );
}

/** The failures given to one cause. */
export function attributedTo(analysis: Analysis, cause: CauseId): readonly Attribution[] {
  return analysis.attributions.filter(a => a.cause === cause);
}

/** Failures that a client felt: error statuses and cut bodies, not the ones a retry saved. */
export function feltFailures(analysis: Analysis): readonly Attribution[] {
  return analysis.attributions.filter(a => a.failure.effect !== 'masked' && a.failure.status !== 499);
}

/** At most `most` lines, the first ones: a claim needs examples, not every line. */
export function exampleLines(attributions: readonly Attribution[], most = 3): SourceLine[] {
  return attributions.slice(0, most).flatMap(a => a.failure.lines.slice(-1));
}
