import { type Analysis, attributedTo, exampleLines } from '../analysis.ts';
import type { Reason } from '../cause.ts';
import { count, type Hypothesis, reason } from '../hypothesis.ts';
import { isFault } from '../worker-deaths.ts';

const appHosts = (analysis: Analysis) => analysis.caseFile.hosts.filter(h => h.runsApp);

/** Lost workers are lost capacity: then they come first, and the queue is their effect. */
function deathsBeside(analysis: Analysis): Reason[] {
  const faults = analysis.deaths.filter(isFault);
  return faults.length === 0
    ? []
    : [
        reason(
          -4,
          `${count(faults.length, 'worker')} died in the same window: part of the lost capacity is theirs.`,
          faults.slice(0, 1).flatMap(d => d.lines.slice(0, 1)),
        ),
      ];
}

/** The accept queue was full: EAGAIN on a unix socket, dropped handshakes (504) on TCP. */
export const backlogFull: Hypothesis = {
  id: 'backlog-full',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'backlog-full');
    if (attributed.length === 0) return undefined;
    const refusedByQueue = attributed.filter(a => a.failure.fault === 'queue-full');
    const small = appHosts(analysis)
      .flatMap(h => h.queues)
      .find(q => q.limit > 0 && q.limit < 64 && q.listener.startsWith('unix:'));
    return {
      reasons: [
        refusedByQueue.length > 0
          ? reason(
              40,
              `NGINX was turned away ${count(refusedByQueue.length, 'time')} because the socket's accept queue was full (EAGAIN).`,
              exampleLines(refusedByQueue),
            )
          : reason(
              24,
              `${count(attributed.length, 'connection')} to the app server did not open in time: its TCP queue was full, or the server was not reachable.`,
              exampleLines(attributed),
            ),
        ...(small ? [reason(6, `The queue holds only ${small.limit} connections.`, [small.line])] : []),
        ...deathsBeside(analysis),
      ],
      proven: refusedByQueue.length > 0,
      attributed: attributed.length,
    };
  },
};

/** Every worker was busy and requests waited until NGINX gave up. */
export const workersSaturated: Hypothesis = {
  id: 'workers-saturated',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'workers-saturated');
    if (attributed.length === 0) return undefined;
    const waiting = appHosts(analysis)
      .flatMap(h => h.queues)
      .filter(q => q.waiting > 0);
    const paths = new Set(attributed.map(a => a.failure.uri?.split('?')[0]));
    return {
      reasons: [
        reason(
          24,
          `${count(attributed.length, 'request')} got no answer before NGINX's time-out (504).`,
          exampleLines(attributed),
        ),
        ...waiting
          .slice(0, 1)
          .map(q =>
            reason(
              14,
              `${count(q.waiting, 'connection')} waited unaccepted at ${q.listener}: no worker was free.`,
              [q.line],
            ),
          ),
        ...(paths.size > 1
          ? [
              reason(
                4,
                `Requests to ${paths.size} different paths timed out, so it is not one slow page alone.`,
              ),
            ]
          : []),
        ...deathsBeside(analysis),
      ],
      proven: waiting.length > 0,
      attributed: attributed.length,
    };
  },
};

/** Some paths are slow; the workers are not exhausted. */
export const slowUpstream: Hypothesis = {
  id: 'slow-upstream',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'slow-upstream');
    if (attributed.length === 0) return undefined;
    const paths = [...new Set(attributed.map(a => a.failure.uri?.split('?')[0] ?? '?'))];
    return {
      reasons: [
        reason(
          30,
          `${count(attributed.length, 'request')} took longer than NGINX waits (504), on ${paths.length === 1 ? `one path: ${paths[0]}` : `${paths.length} paths`}.`,
          exampleLines(attributed),
        ),
        ...deathsBeside(analysis),
      ],
      proven: attributed.some(a => a.failure.fault === 'timed-out-reading-header'),
      attributed: attributed.length,
    };
  },
};

/** No kill, but memory stalls under time-outs: MemoryHigh throttling, swap, reclaim. */
export const memoryStall: Hypothesis = {
  id: 'memory-stall',
  weigh(analysis) {
    const timeouts = analysis.attributions.filter(
      a => a.cause === 'worker-timeout' || a.cause === 'slow-upstream' || a.cause === 'workers-saturated',
    );
    if (timeouts.length === 0 || analysis.deaths.some(d => d.cause === 'worker-oom-kill')) return undefined;
    const signs = appHosts(analysis).flatMap(h => {
      const pressure = Math.max(h.cgroup?.pressureFull ?? 0, h.memory?.pressureFull ?? 0);
      return [
        ...((h.cgroup?.highHits ?? 0) > 0
          ? [
              reason(
                20,
                `${h.server}: MemoryHigh= throttled the unit ${count(h.cgroup?.highHits ?? 0, 'time')}.`,
                [h.cgroup?.highHitsLine],
              ),
            ]
          : []),
        ...(pressure >= 10
          ? [reason(20, `${h.server}: every task stalled on memory ${pressure} % of the last minute.`)]
          : []),
      ];
    });
    return signs.length === 0 ? undefined : { reasons: signs, proven: false, attributed: timeouts.length };
  },
};
