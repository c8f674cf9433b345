import type { Server, Service } from '../inventory/registry.ts';

/** A server with everything of it that is watched: units of services, logs of their NGINX. */
export interface WatchedServer {
  readonly server: Server;
  readonly services: readonly Service[];
  /** Changes when anything in the registry does that concerns the watch of this server. */
  readonly key: string;
}

/** Every server that has a part in a service, by id. */
export function watchedServers(services: readonly Service[]): ReadonlyMap<string, WatchedServer> {
  const found = new Map<string, { server: Server; services: Service[] }>();
  for (const service of services) {
    const parts = new Map([...service.servers, ...service.nginx.servers].map(server => [server.id, server]));
    for (const [id, server] of parts) {
      const entry = found.get(id) ?? { server, services: [] };
      entry.services.push(service);
      found.set(id, entry);
    }
  }
  return new Map(
    [...found].map(([id, entry]) => [id, { ...entry, key: keyOf(entry.server, entry.services) }]),
  );
}

function keyOf(server: Server, services: readonly Service[]): string {
  const parts = services.map(({ id, unit, servers, nginx, upstreams }) => [
    id,
    unit,
    servers.map(s => [s.id, s.host]),
    nginx.servers.map(s => s.id),
    nginx.accessLogs,
    [...upstreams],
  ]);
  return JSON.stringify([server, parts]);
}
