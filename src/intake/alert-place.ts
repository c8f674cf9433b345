import { labelsFit } from '../inventory/alert-rules.ts';
import type { Registry, Service } from '../inventory/registry.ts';
import { servicesOn } from '../inventory/target.ts';
import type { Alert } from './alert.ts';

/** Where an alert belongs, and what said so; or why it belongs nowhere. */
export type AlertPlace =
  | {
      readonly service: string;
      /** The registered server it names, where it names one. */
      readonly server?: string;
      readonly because: 'a-rule' | 'a-service-label' | 'the-unit' | 'the-only-service-there';
    }
  | {
      readonly nowhere: 'ignored-by-a-rule' | 'names-no-service' | 'several-services-there';
      readonly server?: string;
    };

/** In the order in which they are believed: a `job` is often that of an exporter. */
const SERVICE_LABELS = ['service', 'app', 'application', 'service_name', 'project', 'job'];
const UNIT_LABELS = ['unit', 'systemd_unit', 'name'];
const SERVER_LABELS = ['server', 'instance', 'host', 'hostname', 'node', 'nodename', 'server_name'];

/** Finds the service that an alert is about: by the rules of `staunch.yml`, else by its labels. */
export function placeOf({ labels }: Pick<Alert, 'labels'>, registry: Registry): AlertPlace {
  const named = serverOf(labels, registry);
  const server = named === undefined ? {} : { server: named };
  const { rules = [], ignore = [] } = registry.alerts ?? {};
  if (ignore.some(match => labelsFit(match, labels))) return { nowhere: 'ignored-by-a-rule', ...server };
  const rule = rules.find(({ when }) => labelsFit(when, labels));
  if (rule !== undefined) return { service: rule.service, ...server, because: 'a-rule' };
  for (const label of SERVICE_LABELS) {
    const id = labels.get(label)?.trim().toLowerCase();
    if (id !== undefined && registry.services.has(id))
      return { service: id, ...server, because: 'a-service-label' };
  }
  const there = named === undefined ? [...registry.services.values()] : servicesOn(registry, named);
  for (const label of UNIT_LABELS) {
    const [only, ...more] = withUnit(there, labels.get(label));
    if (only !== undefined && more.length === 0) return { service: only.id, ...server, because: 'the-unit' };
  }
  if (named === undefined) return { nowhere: 'names-no-service' };
  const [only, ...more] = there;
  if (only === undefined) return { nowhere: 'names-no-service', ...server };
  if (more.length > 0) return { nowhere: 'several-services-there', ...server };
  return { service: only.id, ...server, because: 'the-only-service-there' };
}

function withUnit(services: readonly Service[], unit: string | undefined): readonly Service[] {
  if (unit === undefined) return [];
  return services.filter(service => service.unit === unit || service.unit === `${unit}.service`);
}

/** `web-1.example.com:9100` is known as a host, or as a server by its whole name or its first label. */
function serverOf(labels: ReadonlyMap<string, string>, registry: Registry): string | undefined {
  for (const label of SERVER_LABELS) {
    const value = labels.get(label)?.trim().toLowerCase();
    if (value === undefined || value === '') continue;
    const host = value.replace(/^\[(.*)\](?::\d{1,5})?$/, '$1').replace(/^([^:]*):\d{1,5}$/, '$1');
    const known = [...registry.servers.values()].find(
      server => server.id === host || server.host.toLowerCase() === host,
    );
    if (known !== undefined) return known.id;
    const first = host.split('.', 1)[0] ?? '';
    if (!/^[\d.:]+$/.test(host) && registry.servers.has(first)) return first;
  }
  return undefined;
}
