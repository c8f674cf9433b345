import { type Analysis, attributedTo, foreignKillsOf } from '../analysis.ts';
import type { Reason } from '../cause.ts';
import { count, effectReason, type Hypothesis, megabytes, pidsOf, reason, whenOf } from '../hypothesis.ts';
import { oomCounter } from '../kernel-kills.ts';
import { kernelLogSpeaksAt } from '../oom-refutation.ts';
import type { WorkerDeath } from '../worker-deaths.ts';
import { killedBefore, memoryNearLimit } from './memory-hints.ts';

/** The kernel killed a process of this unit, for the unit's own limit or because the host ran out. */
export const workerOomKill: Hypothesis = {
  id: 'worker-oom-kill',
  weigh(analysis) {
    const killed = analysis.deaths.filter(d => d.cause === 'worker-oom-kill');
    const down = analysis.outages.filter(o => o.cause === 'worker-oom-kill');
    if (killed.length === 0 && down.length === 0) return withoutProof(analysis);
    const scope = scopeOf(killed);
    const reasons = [
      ...killReasons(killed, scope),
      ...policyReasons(analysis, killed.length > 0),
      ...effectReason(analysis, 'worker-oom-kill'),
      ...seenByGunicorn(killed),
    ];
    return {
      reasons,
      proven: killed.some(d => d.proof !== 'none') || down.length > 0,
      attributed: attributedTo(analysis, 'worker-oom-kill').length,
      ...(scope && { scope }),
    };
  },
};

function killReasons(killed: readonly WorkerDeath[], scope: 'memcg' | 'global' | undefined): Reason[] {
  const byKernel = killed.filter(d => d.kill);
  const byUnit = killed.filter(d => !d.kill && d.proof === 'unit');
  const byCounter = killed.filter(d => !d.kill && d.proof === 'counter');
  const reasons: Reason[] = [];
  const [first] = byKernel;
  if (first?.kill) {
    const rss = first.kill.rssBytes === undefined ? '' : `, ${megabytes(first.kill.rssBytes)} resident`;
    const where =
      scope === 'global'
        ? ' because the whole host ran out'
        : scope === 'memcg'
          ? ' at its memory limit'
          : '';
    const label = scope ? `${scope}, ` : '';
    reasons.push(
      reason(
        40,
        `The kernel OOM-killed ${count(byKernel.length, 'process', 'processes')} of this unit${where} (${label}${pidsOf(byKernel)})${whenOf(byKernel)}${rss}.`,
        [...byKernel.slice(0, 3).map(d => d.kill?.line), first.kill.alsoLines[0]],
      ),
      ...sharedLogReasons(byKernel),
    );
  }
  if (byUnit.length > 0) {
    reasons.push(
      reason(
        38,
        `systemd reports that the kernel OOM-killed a process of this unit just when ${count(byUnit.length, 'worker')} died (${pidsOf(byUnit)}).`,
        byUnit.slice(0, 3).flatMap(d => d.lines.slice(0, 2)),
      ),
    );
  }
  if (byCounter.length > 0) {
    reasons.push(
      reason(
        34,
        `The unit's own oom_kill counter rose: ${count(byCounter.length, 'worker')} that died by SIGKILL (${pidsOf(byCounter)}) ${byCounter.length === 1 ? 'was' : 'were'} killed for memory.`,
        byCounter.slice(0, 2).flatMap(d => d.lines.slice(0, 2)),
      ),
    );
  }
  return reasons;
}

/** In a log that several machines share, the end of a path and one moment are a weak name. */
function sharedLogReasons(byKernel: readonly WorkerDeath[]): Reason[] {
  return byKernel.some(d => d.proof !== 'none')
    ? []
    : [
        reason(
          -14,
          'That kill is known to be of this unit only by the end of its cgroup path and by the moment: other machines write to the same kernel log.',
        ),
      ];
}

function seenByGunicorn(killed: readonly WorkerDeath[]): Reason[] {
  const seen = killed.filter(d => d.kill && d.lines.some(l => l.source === 'unit-journal'));
  if (seen.length === 0) return [];
  const line = seen[0]?.lines.find(l => l.source === 'unit-journal');
  return [
    reason(
      3,
      killed.length === 1
        ? 'Gunicorn saw it end by SIGKILL at that moment.'
        : `Gunicorn saw ${seen.length === killed.length ? 'each' : `${seen.length} of ${killed.length}`} of them end by SIGKILL at that moment.`,
      [line],
    ),
  ];
}

/** What `OOMPolicy=` makes of one kill: with `stop`, systemd's default, the whole unit goes down. */
function policyReasons(analysis: Analysis, killsKnown: boolean): Reason[] {
  const outage = analysis.outages.find(o => o.cause === 'worker-oom-kill');
  if (!outage) return [];
  const host = analysis.caseFile.hosts.find(h => h.server === outage.server);
  const line = host?.unit?.lines.get('OOMPolicy');
  if (outage.standing) {
    return [
      reason(30, `The unit is down, and systemd gives an OOM kill as the reason.`, [
        ...outage.lines.slice(0, 3),
        line,
      ]),
    ];
  }
  const length =
    outage.toMs === undefined
      ? 'it had not come back at the end of the evidence'
      : `nobody listened for ${Math.max(1, Math.round((outage.toMs - outage.fromMs) / 1000))} s`;
  const policy =
    host?.unit?.oomPolicy === 'stop'
      ? "OOMPolicy=stop (systemd's default) made systemd stop the whole unit after one kill"
      : 'The unit went down after the kill';
  // Without a kill of its own in the evidence the unit's end by oom-kill is the proof of it.
  return [reason(killsKnown ? 6 : 34, `${policy}: ${length}.`, [...outage.lines.slice(0, 3), line])];
}

function scopeOf(killed: readonly WorkerDeath[]): 'memcg' | 'global' | undefined {
  const scopes = killed.flatMap(d => d.kill?.scope ?? []);
  const global = scopes.filter(s => s === 'global').length;
  return scopes.length === 0 ? undefined : global * 2 > scopes.length ? 'global' : 'memcg';
}

/** No kill is proven: SIGKILLs that nobody accounts for speak for it, silence of a readable log against it. */
function withoutProof(analysis: Analysis) {
  const unproven = analysis.deaths.filter(d => d.cause === 'killed-unproven');
  const appHosts = analysis.caseFile.hosts.filter(h => h.runsApp);
  if (unproven.length === 0) {
    const against = appHosts.map(host => {
      const counter = oomCounter(host);
      const kernelRead =
        kernelLogSpeaksAt(host, analysis.caseFile.window.fromMs) &&
        kernelLogSpeaksAt(host, analysis.caseFile.window.toMs);
      return [
        ...(counter.final === 0
          ? [reason(-10, `${host.server}: the unit's oom_kill counter is 0.`, [host.cgroup?.oomKillsLine])]
          : []),
        ...(kernelRead
          ? [reason(-15, `${host.server}: the kernel log was readable and tells of no kill of this unit.`)]
          : []),
      ];
    });
    // A server that is silent says nothing about another one into which nobody could look.
    const someUnseen =
      against.some(reasons => reasons.length === 0) || analysis.caseFile.unreached.length > 0;
    if (against.length === 0 || someUnseen) return undefined;
    return { reasons: against.flat(), proven: false, attributed: 0 };
  }
  const killed = unproven.filter(d => d.pid !== undefined);
  const silent = unproven.filter(d => d.pid === undefined);
  const nearLimit = appHosts.flatMap(host => memoryNearLimit(analysis, host.server));
  const attributed = analysis.attributions.filter(a => a.death?.cause === 'killed-unproven').length;
  return {
    reasons: [
      ...(killed.length > 0
        ? [
            reason(
              18 + Math.min(killed.length - 1, 3),
              `${count(killed.length, 'worker')} died by SIGKILL (${pidsOf(killed)}) without a time-out before; nothing readable says who killed ${killed.length === 1 ? 'it' : 'them'}.`,
              killed.slice(0, 3).flatMap(d => d.lines.slice(0, 1)),
            ),
          ]
        : []),
      ...(silent.length > 0
        ? [
            reason(
              18 + Math.min(silent.length - 1, 3),
              `${count(silent.length, 'worker')} had to be replaced although no line says that one ended: this Gunicorn is silent about workers that are killed.`,
              silent.slice(0, 3).flatMap(d => d.lines.slice(0, 1)),
            ),
          ]
        : []),
      ...appHosts.flatMap(killedBefore),
      ...nearLimit,
    ],
    proven: false,
    attributed,
  };
}

/** systemd-oomd, earlyoom and their like: they leave no kernel line. */
export const userspaceOomKill: Hypothesis = {
  id: 'userspace-oom-kill',
  weigh(analysis) {
    const killed = analysis.deaths.filter(d => d.cause === 'userspace-oom-kill');
    const down = analysis.outages.filter(o => o.cause === 'userspace-oom-kill');
    if (killed.length === 0 && down.length === 0) return undefined;
    return {
      reasons: [
        reason(
          40,
          `A userspace OOM killer ended ${killed.length > 0 ? `${count(killed.length, 'worker')} (${pidsOf(killed)})` : 'the unit'}.`,
          [
            ...killed.slice(0, 3).flatMap(d => d.lines.slice(0, 1)),
            ...down.flatMap(o => o.lines.slice(0, 2)),
          ],
        ),
        ...effectReason(analysis, 'userspace-oom-kill'),
      ],
      proven: true,
      attributed: attributedTo(analysis, 'userspace-oom-kill').length,
    };
  },
};

/** Another unit of an app server was OOM-killed (database, cache) while the app answered errors. */
export const dependencyOomKill: Hypothesis = {
  id: 'dependency-oom-kill',
  weigh(analysis) {
    const unit = analysis.caseFile.unit;
    const foreign = foreignKillsOf(analysis).filter(({ kill }) => {
      const name = kill.cgroup?.split('/').at(-1);
      return (
        kill.cgroup !== undefined && /^\/(system|user|machine)\.slice\//.test(kill.cgroup) && name !== unit
      );
    });
    if (foreign.length === 0) return undefined;
    const troubled = analysis.attributions.filter(
      a =>
        a.cause === 'application-error' ||
        a.cause === 'slow-upstream' ||
        (a.cause === undefined && a.failure.effect === 'client'),
    );
    const near = troubled.filter(a =>
      foreign.some(
        f => a.failure.atMs >= f.kill.at.epochMs - 1_000 && a.failure.atMs <= f.kill.at.epochMs + 60_000,
      ),
    );
    const names = [...new Set(foreign.map(f => f.kill.cgroup?.split('/').at(-1)))].join(', ');
    return {
      reasons: [
        reason(
          near.length > 0 ? 22 : 0,
          `The kernel killed a process of ${names} on the same server.`,
          foreign.slice(0, 3).map(f => f.kill.line),
        ),
        ...(near.length > 0
          ? [
              reason(
                6,
                `${count(near.length, 'error')} of the app came within a minute after it.`,
                near.slice(0, 3).flatMap(a => a.failure.lines.slice(-1)),
              ),
            ]
          : []),
      ],
      proven: false,
      attributed: near.length,
    };
  },
};
