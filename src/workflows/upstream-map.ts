import type { HostDraft } from '../collectors/host-draft.ts';
import type { Service } from '../inventory/registry.ts';

/** Which upstream addresses of NGINX lead to which app server of the service. */
export interface UpstreamMap {
  readonly upstreams: ReadonlyMap<string, string>;
  /** The service's own addresses and group names; undefined when NGINX serves nothing else or nobody can tell. */
  readonly peers?: ReadonlySet<string>;
}

/**
 * Maps NGINX's upstream addresses to servers: what `staunch.yml` says first, then addresses that are a
 * server's own name or address. Sockets and loopback addresses lead to the NGINX host that names them.
 */
export function upstreamMapOf(service: Service, drafts: readonly HostDraft[]): UpstreamMap {
  const upstreams = new Map(service.upstreams);
  const groups = new Set<string>();
  const foreign = new Set<string>();
  // A socket or loopback address means another server on every NGINX host, so it is never tied to one here.
  const local = new Set<string>();
  const binds = new Map(drafts.filter(d => d.runsApp).map(d => [d.server, bindsOf(d)]));
  for (const draft of drafts) {
    if (!draft.nginx) continue;
    const direct = draft.nginx.proxyPasses.flatMap(p => addressOf(p.target) ?? []);
    for (const [name, group] of draft.nginx.upstreams) {
      const own = group.servers.filter(address => place(address, draft.server));
      if (own.length > 0) groups.add(name);
      else for (const address of group.servers) foreign.add(address);
    }
    for (const address of direct)
      if (!draft.nginx.upstreams.has(address) && !place(address, draft.server)) foreign.add(address);
  }
  const own = new Set([...upstreams.keys(), ...local]);
  const peers = own.size > 0 && foreign.size > 0 ? new Set([...own, ...groups]) : undefined;
  return { upstreams, ...(peers && { peers }) };

  function place(address: string, nginxServer: string): boolean {
    if (upstreams.has(address)) return true;
    const server = serverOf(address, nginxServer);
    if (server === undefined) return false;
    const known = binds.get(server);
    if (known && known.length > 0 && !known.some(bind => sameListener(bind, address))) return false;
    if (isLocal(address)) local.add(address);
    else upstreams.set(address, server);
    return true;
  }

  function serverOf(address: string, nginxServer: string): string | undefined {
    if (isLocal(address)) return binds.has(nginxServer) ? nginxServer : undefined;
    const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    return service.servers.find(s => s.host === host || s.id === host)?.id;
  }
}

const isLocal = (address: string) =>
  address.startsWith('unix:') || /^(127\.\d|localhost\b|\[::1\])/.test(address);

/** `http://app` → `app`, `http://127.0.0.1:8000/x` → `127.0.0.1:8000`, `http://unix:/run/a.sock:/` → `unix:/run/a.sock`. */
function addressOf(target: string): string | undefined {
  const rest = /^https?:\/\/(.{1,512})$/.exec(target)?.[1];
  if (rest === undefined || rest.includes('$')) return undefined;
  if (rest.startsWith('unix:'))
    return rest.replace(/:\/?[^:]*$/, match =>
      rest.indexOf(':') === rest.length - match.length ? match : '',
    );
  return rest.split('/')[0];
}

function bindsOf(draft: HostDraft): readonly string[] {
  const value = draft.parts.gunicorn?.binds?.value;
  const listening = draft.signals.flatMap(s =>
    s.kind === 'gunicorn' && s.event === 'listening' && s.detail
      ? [s.detail.replace(/^https?:\/\//, '')]
      : [],
  );
  return [...(Array.isArray(value) ? value : []), ...listening.flatMap(l => l.split(',')).map(l => l.trim())];
}

function sameListener(bind: string, address: string): boolean {
  if (address.startsWith('unix:'))
    return bind === address || bind === address.slice('unix:'.length) || `unix:${bind}` === address;
  const port = /:(\d+)$/.exec(bind)?.[1];
  return port !== undefined && port === (/:(\d+)$/.exec(address)?.[1] ?? '80');
}
