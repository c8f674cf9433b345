import type { GunicornEvent } from '../../signals/signal.ts';
import { compareVersions } from '../../signals/version-order.ts';
import { type Analysis, attributedTo } from '../analysis.ts';
import { count, effectReason, type Hypothesis, reason } from '../hypothesis.ts';

const recycled = (analysis: Analysis) => analysis.deaths.filter(d => d.cause === 'recycling-works');

/** Planned leave-taking loses requests: gthread of Gunicorn 21.2 to 23.x, or any class over kept connections. */
export const recyclingDropsRequests: Hypothesis = {
  id: 'recycling-drops-requests',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'recycling-drops-requests');
    if (attributed.length === 0) return undefined;
    const leaves = new Set(attributed.map(a => a.death));
    const affected = analysis.caseFile.hosts.find(
      h => h.runsApp && isAffected(h.gunicorn?.version, h.gunicorn?.workerClass?.value),
    );
    return {
      reasons: [
        // One failure beside one recycle may be chance; the same again and again is not.
        reason(
          Math.min(14 + 6 * leaves.size, 34),
          `${count(attributed.length, 'request')} failed in the second in which a worker left as planned (${count(leaves.size, 'leave')}), with no other death there.`,
          [...leaves].slice(0, 2).flatMap(d => d?.lines.slice(0, 1) ?? []),
        ),
        ...(affected
          ? [
              reason(
                12,
                `Gunicorn ${affected.gunicorn?.version} with gthread workers is known to drop connections whenever a worker leaves.`,
                [affected.gunicorn?.workerClass?.line],
              ),
            ]
          : []),
        ...effectReason(analysis, 'recycling-drops-requests'),
      ],
      proven: leaves.size >= 2,
      attributed: attributed.length,
    };
  },
};

function isAffected(version: string | undefined, workerClass: string | undefined): boolean {
  if (version === undefined || workerClass !== 'gthread') return false;
  return compareVersions(version, '21.0') >= 0 && compareVersions(version, '24.0') < 0;
}

/** All workers reach max_requests together: they are away, and at their largest, at the same time. */
export const recyclingWithoutJitter: Hypothesis = {
  id: 'recycling-without-jitter',
  weigh(analysis) {
    const leaves = analysis.caseFile.hosts
      .filter(h => h.runsApp)
      .flatMap(h => h.signals)
      .filter((s): s is GunicornEvent => s.kind === 'gunicorn' && s.event === 'worker-recycling');
    const together = clusters(leaves.map(l => l.at.epochMs)).filter(n => n >= 2);
    const host = analysis.caseFile.hosts.find(h => h.runsApp && h.gunicorn?.maxRequestsJitter !== undefined);
    const jitter = host?.gunicorn?.maxRequestsJitter;
    const workers = Math.max(2, host?.workers.filter(w => w.parentPid === host.unit?.mainPid).length ?? 2);
    const rounds = together.filter(n => n >= workers).length;
    if (rounds === 0 || (typeof jitter?.value === 'number' && jitter.value > 0)) return undefined;
    const hurt =
      analysis.attributions.some(a => a.cause === 'backlog-full' || a.cause === 'recycling-drops-requests') ||
      analysis.deaths.some(d => d.cause === 'worker-oom-kill');
    if (!hurt) return undefined;
    return {
      reasons: [
        reason(
          14 + 4 * Math.min(rounds, 4),
          `All workers reached max_requests within two seconds of each other, ${count(rounds, 'time')}: they peak together and are away together.`,
          [...leaves.slice(0, 2).map(l => l.line), jitter?.line],
        ),
      ],
      proven: false,
      attributed: 0,
    };
  },
};

/** Sizes of the groups of instants that lie within two seconds of their neighbour. */
function clusters(atMs: readonly number[]): number[] {
  const sorted = [...atMs].sort((a, b) => a - b);
  const sizes: number[] = [];
  sorted.forEach((at, i) => {
    if (i > 0 && at - (sorted[i - 1] as number) <= 2_000) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + 1;
    else sizes.push(1);
  });
  return sizes;
}

/** Recycling and reloads that cost nobody anything: worth saying, no fault. */
export function harmlessEvents(analysis: Analysis): {
  recycled: readonly GunicornEvent[];
  reloads: readonly GunicornEvent[];
} {
  const events = analysis.caseFile.hosts
    .filter(h => h.runsApp)
    .flatMap(h => h.signals)
    .filter((s): s is GunicornEvent => s.kind === 'gunicorn');
  const lost = new Set(attributedTo(analysis, 'recycling-drops-requests').map(a => a.death));
  const quiet = recycled(analysis).every(d => !lost.has(d));
  return {
    recycled: quiet ? events.filter(e => e.event === 'worker-recycling') : [],
    reloads: events.filter(e => e.event === 'signal-handled' && e.detail === 'hup'),
  };
}
