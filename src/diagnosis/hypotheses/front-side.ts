import type { NginxEvent } from '../../signals/signal.ts';
import { type Analysis, attributedTo, exampleLines } from '../analysis.ts';
import { count, type Hypothesis, reason } from '../hypothesis.ts';

const nginxEvents = (analysis: Analysis, event: NginxEvent['event']) =>
  analysis.caseFile.hosts
    .flatMap(h => h.signals)
    .filter((s): s is NginxEvent => s.kind === 'nginx-event' && s.event === event);

/** NGINX may not write to the socket, or SELinux forbids the connection. */
export const socketPermission: Hypothesis = {
  id: 'socket-permission',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'socket-permission');
    if (attributed.length === 0) return undefined;
    return {
      reasons: [
        reason(
          40,
          `NGINX was denied access to the upstream's socket ${count(attributed.length, 'time')}.`,
          exampleLines(attributed),
        ),
      ],
      proven: true,
      attributed: attributed.length,
    };
  },
};

/** The app's response header does not fit NGINX's buffer. */
export const upstreamHeaderTooBig: Hypothesis = {
  id: 'upstream-header-too-big',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'upstream-header-too-big');
    if (attributed.length === 0) return undefined;
    const paths = [...new Set(attributed.map(a => a.failure.uri?.split('?')[0] ?? '?'))]
      .slice(0, 3)
      .join(', ');
    return {
      reasons: [
        reason(
          42,
          `${count(attributed.length, 'response')} had a header larger than NGINX's buffer (${paths}); the workers are well.`,
          exampleLines(attributed),
        ),
      ],
      proven: true,
      attributed: attributed.length,
    };
  },
};

/** A kept connection was closed by the app in the moment NGINX used it again. */
export const keepaliveRace: Hypothesis = {
  id: 'keepalive-race',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'keepalive-race');
    if (attributed.length === 0) return undefined;
    const upstream = analysis.caseFile.hosts
      .flatMap(h => [...(h.nginx?.upstreams.values() ?? [])])
      .find(u => (u.keepalive ?? 0) > 0);
    const quick = attributed.filter(a => (a.failure.requestTimeMs ?? Number.POSITIVE_INFINITY) <= 50);
    return {
      reasons: [
        reason(
          16,
          `${count(attributed.length, 'connection')} closed or reset while no worker died, over connections that NGINX keeps open.`,
          [...exampleLines(attributed), upstream?.line],
        ),
        ...(quick.length > 0
          ? [
              reason(
                8,
                `${count(quick.length, 'of them', 'of them')} failed at once (under 50 ms): the connection was already gone.`,
                exampleLines(quick, 1),
              ),
            ]
          : []),
      ],
      proven: false,
      attributed: attributed.length,
    };
  },
};

/** NGINX asks for an address where nobody listens, or for a name that does not resolve. */
export const nginxConfig: Hypothesis = {
  id: 'nginx-config',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'nginx-config');
    const refused = nginxEvents(analysis, 'config-refused');
    if (attributed.length === 0 && refused.length === 0) return undefined;
    const peers = [...new Set(attributed.flatMap(a => a.failure.peer ?? []))].slice(0, 3).join(', ');
    return {
      reasons: [
        ...(attributed.length > 0
          ? [
              reason(
                28,
                `NGINX sends ${count(attributed.length, 'request')} to ${peers || 'a name'} where nothing of this service answers.`,
                exampleLines(attributed),
              ),
            ]
          : []),
        ...(refused.length > 0
          ? [
              reason(
                24,
                'NGINX refused its configuration.',
                refused.slice(0, 2).map(e => e.line),
              ),
            ]
          : []),
      ],
      proven: false,
      attributed: attributed.length,
    };
  },
};

/** A worker of NGINX itself died: clients see resets, not 502s. */
export const nginxWorkerCrash: Hypothesis = {
  id: 'nginx-worker-crash',
  weigh(analysis) {
    const died = nginxEvents(analysis, 'worker-died');
    if (died.length === 0) return undefined;
    return {
      reasons: [
        reason(
          40,
          `${count(died.length, 'worker')} of NGINX itself died by a signal: clients lost their connections.`,
          died.slice(0, 3).map(e => e.line),
        ),
      ],
      proven: true,
      attributed: 0,
    };
  },
};

/** The app itself answered with an error: NGINX only passed it on. */
export const applicationError: Hypothesis = {
  id: 'application-error',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'application-error');
    if (attributed.length === 0) return undefined;
    const statuses = [...new Set(attributed.flatMap(a => a.failure.status ?? []))].sort().join(', ');
    const told = attributed.filter(a => a.failure.fromUpstream);
    const raised = analysis.caseFile.hosts
      .flatMap(h => h.signals)
      .filter(s => s.kind === 'gunicorn' && s.event === 'request-error');
    return {
      reasons: [
        reason(
          told.length > 0 ? 34 : 26,
          `${count(attributed.length, 'answer')} with status ${statuses} came from the app: NGINX logged no failure of the upstream for ${attributed.length === 1 ? 'it' : 'them'}.`,
          exampleLines(attributed),
        ),
        ...(raised.length > 0
          ? [
              reason(
                8,
                `Gunicorn logged ${count(raised.length, 'unhandled exception')} in requests.`,
                raised.slice(0, 2).map(s => s.line),
              ),
            ]
          : []),
      ],
      proven:
        raised.length > 0 || told.some(a => (a.failure.lines.length ?? 0) > 0 && a.failure.status !== 500),
      attributed: attributed.length,
    };
  },
};

/** Clients went away before the answer came. */
export const clientAbort: Hypothesis = {
  id: 'client-abort',
  weigh(analysis) {
    const attributed = attributedTo(analysis, 'client-abort');
    if (attributed.length === 0) return undefined;
    return {
      reasons: [
        reason(
          attributed.length >= 3 ? 26 : 6,
          `${count(attributed.length, 'request')} ${attributed.length === 1 ? 'was' : 'were'} given up by the client before the answer came (499).`,
          exampleLines(attributed),
        ),
      ],
      proven: false,
      attributed: attributed.length,
    };
  },
};
