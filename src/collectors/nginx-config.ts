import { logsInForce, readNginxConfig } from '../signals/nginx-config.ts';
import { type Collector, SHORT } from './collector.ts';
import type { HostDraft } from './host-draft.ts';

const DEFAULT_LOGS = { access: ['/var/log/nginx/access.log'], error: ['/var/log/nginx/error.log'] };

/** NGINX's configuration as `nginx -T` prints it: formats, logs in force, upstreams. */
export const nginxConfig: Collector = {
  id: 'nginx-config',
  source: 'nginx-config',
  holds: name => /^nginx-T\.txt$/.test(name),
  questions: ({ runsNginx }) =>
    runsNginx
      ? [
          {
            verb: 'nginx-config',
            args: [],
            limits: { ...SHORT, maxBytes: 2 * 1024 * 1024 },
            name: 'nginx-T.txt',
          },
        ]
      : [],
  *read(recordings, draft) {
    if (!draft.runsNginx) return;
    for (const recording of draft.readable('nginx-config', recordings)) {
      draft.parts.nginx = readNginxConfig(textOf(recording.bytes), draft.server);
    }
    draft.cover('nginx-config', draft.nginx ? 'read' : 'absent');
    yield;
  },
};

const decoder = new TextDecoder();
/** Tool output as text; bytes that are no UTF-8 become replacement characters. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/**
 * Which log files hold this service's requests: those in force where NGINX passes to it. Several sites on
 * one NGINX have logs of their own; without a configuration Debian's and Red Hat's defaults are tried.
 */
export function logsOfService(
  draft: HostDraft,
  peers?: ReadonlySet<string>,
): { access: readonly string[]; error: readonly string[] } {
  const config = draft.nginx;
  if (!config) return DEFAULT_LOGS;
  const groups = new Set(
    [...config.upstreams].filter(([, u]) => u.servers.some(s => peers?.has(s))).map(([name]) => name),
  );
  const passes = config.proxyPasses.filter(
    p => peers === undefined || [...peers, ...groups].some(name => p.target.includes(name)),
  );
  const levels = (passes.length > 0 ? passes : config.proxyPasses).map(p => p.level);
  const inForce = levels.map(level => logsInForce(config, level));
  const files = (targets: readonly { target: string }[]) =>
    [...new Set(targets.map(t => t.target))].filter(t => t.startsWith('/') && t !== '/dev/null');
  const error = files(inForce.flatMap(f => f.error));
  const access = files(inForce.flatMap(f => f.access));
  return {
    access: access.length > 0 || levels.length > 0 ? access : files(config.accessLogs),
    // The main error log also tells of NGINX's own workers and reloads.
    error: [...new Set([...error, ...(error.length === 0 ? files(config.errorLogs) : [])])],
  };
}
