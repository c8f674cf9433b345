import { type Analysis, attributedTo } from '../analysis.ts';
import type { CauseId, Reason } from '../cause.ts';
import {
  count,
  effectReason,
  type Hypothesis,
  pidsOf,
  reason,
  type Weighing,
  whenOf,
} from '../hypothesis.ts';
import type { WorkerDeath } from '../worker-deaths.ts';

const diedOf = (analysis: Analysis, cause: WorkerDeath['cause']) =>
  analysis.deaths.filter(d => d.cause === cause);

function weighDeaths(
  analysis: Analysis,
  id: CauseId,
  deaths: readonly WorkerDeath[],
  why: Reason[],
): Weighing {
  return {
    reasons: [...why, ...effectReason(analysis, id)],
    proven: deaths.some(d => d.proof === 'pid'),
    attributed: attributedTo(analysis, id).length,
  };
}

/** The journal of every app server was read: its silence about workers means something. */
function ledgerRead(analysis: Analysis): boolean {
  const apps = analysis.caseFile.hosts.filter(h => h.runsApp);
  return (
    apps.length > 0 &&
    apps.every(h => h.coverage.some(c => c.source === 'unit-journal' && c.state === 'read'))
  );
}

/** Gunicorn's own kill: no heartbeat for `timeout` seconds. SIGKILL after it is part of it, not an OOM kill. */
export const workerTimeout: Hypothesis = {
  id: 'worker-timeout',
  weigh(analysis) {
    const deaths = diedOf(analysis, 'worker-timeout');
    if (deaths.length === 0) {
      return ledgerRead(analysis)
        ? {
            reasons: [reason(-25, 'Gunicorn logged no WORKER TIMEOUT in the window.')],
            proven: false,
            attributed: 0,
          }
        : undefined;
    }
    const killed = deaths.filter(d => d.lines.some(l => /SIGKILL|signal 9/.test(l.text)));
    const sameSecond =
      deaths.length > 2 && new Set(deaths.map(d => Math.floor(d.at.epochMs / 2000))).size === 1;
    const why = [
      reason(
        40,
        `Gunicorn gave up on ${count(deaths.length, 'worker')} that did not answer within ${deaths.length === 1 ? 'its' : 'their'} time-out (${pidsOf(deaths)})${whenOf(deaths)}.`,
        deaths.slice(0, 3).flatMap(d => d.lines.filter(l => l.text.includes('WORKER TIMEOUT')).slice(0, 1)),
      ),
      ...(killed.length > 0
        ? [
            reason(
              0,
              `The SIGKILL of ${pidsOf(killed)} is Gunicorn's own, right after the time-out: "Perhaps out of memory?" is only its guess.`,
              killed
                .slice(0, 1)
                .flatMap(d => d.lines.filter(l => /SIGKILL|signal 9/.test(l.text)).slice(0, 1)),
            ),
          ]
        : []),
      ...(sameSecond
        ? [
            reason(
              0,
              'All of them timed out in the same moment: look for a stall of the host (clock step, disk, swap), not for one slow view.',
            ),
          ]
        : []),
    ];
    return weighDeaths(analysis, 'worker-timeout', deaths, why);
  },
};

/** SIGSEGV, SIGBUS, SIGILL, an abort of its own. */
export const workerCrash: Hypothesis = {
  id: 'worker-crash',
  weigh(analysis) {
    const deaths = diedOf(analysis, 'worker-crash');
    if (deaths.length === 0) return undefined;
    return weighDeaths(analysis, 'worker-crash', deaths, [
      reason(
        40,
        `${count(deaths.length, 'worker')} crashed (${pidsOf(deaths)})${whenOf(deaths)}.`,
        deaths.slice(0, 3).flatMap(d => d.lines.slice(0, 2)),
      ),
    ]);
  },
};

/** The process left by itself with a code: sys.exit, os._exit, an exception out of the worker's loop. */
export const workerExit: Hypothesis = {
  id: 'worker-exit',
  weigh(analysis) {
    const deaths = diedOf(analysis, 'worker-exit');
    if (deaths.length === 0) return undefined;
    const silent = deaths.filter(d => d.pid === undefined);
    const named = deaths.filter(d => d.pid !== undefined);
    return weighDeaths(analysis, 'worker-exit', deaths, [
      ...(named.length > 0
        ? [
            reason(
              36,
              `${count(named.length, 'worker')} left by ${named.length === 1 ? 'itself' : 'themselves'} (${pidsOf(named)}): no signal, no recycling, no stop was ordered.`,
              named.slice(0, 3).flatMap(d => d.lines.slice(0, 1)),
            ),
          ]
        : []),
      ...(silent.length > 0
        ? [
            reason(
              24,
              `${count(silent.length, 'worker')} had to be replaced although no line says that one ended: this Gunicorn is silent about workers that leave with an exit code.`,
              silent.slice(0, 2).flatMap(d => d.lines.slice(0, 1)),
            ),
          ]
        : []),
    ]);
  },
};

/** SIGKILL or SIGTERM from elsewhere, OOM excluded. */
export const workerKilledExternally: Hypothesis = {
  id: 'worker-killed-externally',
  weigh(analysis) {
    const deaths = diedOf(analysis, 'worker-killed-externally');
    const unproven = diedOf(analysis, 'killed-unproven').filter(d => d.pid !== undefined);
    if (deaths.length > 0) {
      return weighDeaths(analysis, 'worker-killed-externally', deaths, [
        reason(
          38,
          `${count(deaths.length, 'worker')} (${pidsOf(deaths)}) ended by a signal that neither the kernel's OOM killer nor Gunicorn nor systemd sent.`,
          deaths.slice(0, 3).flatMap(d => d.lines.slice(-1)),
        ),
        reason(
          4,
          deaths.every(d => d.lines.some(l => /SIGTERM|signal 15/.test(l.text)))
            ? 'An OOM kill is excluded: the kernel kills with SIGKILL.'
            : "An OOM kill is excluded: the unit's own kill counter did not rise, or the kernel log covers the moment and is silent.",
          deaths.slice(0, 1).flatMap(d => d.lines.filter(l => l.source === 'cgroup-memory')),
        ),
      ]);
    }
    if (unproven.length === 0) return undefined;
    return {
      reasons: [
        reason(
          14,
          `${count(unproven.length, 'worker')} died by SIGKILL and an OOM kill is not proven: a person, a script or a watchdog may have sent it.`,
          unproven.slice(0, 2).flatMap(d => d.lines.slice(0, 1)),
        ),
      ],
      proven: false,
      attributed: 0,
    };
  },
};

/** The response was cut in its body and nothing says what became of the worker. */
export const workerDiedMidResponse: Hypothesis = {
  id: 'worker-died-mid-response',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'worker-died-mid-response');
    if (attributed.length === 0) return undefined;
    return {
      reasons: [
        reason(
          26,
          `${count(attributed.length, 'response')} ended in mid-body: the worker was gone before it had sent all. The access log shows these as good answers.`,
          attributed.slice(0, 3).flatMap(a => a.failure.lines.slice(-1)),
        ),
        ...(attributed.some(a => a.death)
          ? [
              reason(
                6,
                'A worker ended at that moment.',
                attributed.slice(0, 2).flatMap(a => a.death?.lines.slice(0, 1) ?? []),
              ),
            ]
          : []),
      ],
      proven: false,
      attributed: attributed.length,
    };
  },
};
