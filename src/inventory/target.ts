import { nearestNames } from './nearest-name.ts';
import type { Registry, Service } from './registry.ts';

/** What a name given by a person stands for: the services to look at, or the names that were perhaps meant. */
export type Target =
  | { readonly services: readonly Service[] }
  | { readonly unknown: string; readonly nearest: readonly string[] };

/**
 * Finds what `name` stands for: a service, a group, or a server (every service whose app or NGINX runs on it;
 * none is possible). Names are unique across the three kinds, so there is no precedence.
 */
export function findTarget(registry: Registry, name: string): Target {
  const wanted = name.trim().toLowerCase();
  const service = registry.services.get(wanted);
  if (service) return { services: [service] };
  const group = registry.groups.get(wanted);
  if (group) return { services: group };
  if (registry.servers.has(wanted)) return { services: servicesOn(registry, wanted) };
  const names = [...registry.services.keys(), ...registry.groups.keys(), ...registry.servers.keys()];
  return { unknown: name, nearest: nearestNames(wanted, names) };
}

/** Every service whose app or NGINX runs on the server. */
export function servicesOn(registry: Registry, serverId: string): Service[] {
  return [...registry.services.values()].filter(service =>
    [...service.servers, ...service.nginx.servers].some(server => server.id === serverId),
  );
}
