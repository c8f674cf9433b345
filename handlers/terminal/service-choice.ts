import { NAME_FORM, NAME_PATTERN } from '../../src/inventory/name-form.ts';
import type { Registry, Service } from '../../src/inventory/registry.ts';
import type { RegistryAddition } from '../../src/inventory/registry-edit.ts';
import type { RunningUnit } from '../../src/inventory/unit-list.ts';
import { safeText } from '../../src/report/safe-text.ts';
import type { TerminalContext } from './context.ts';

/** Which unit of the new server becomes, or joins, which service. */
export type ServiceChoice =
  | {
      readonly ok: true;
      readonly change?: Pick<RegistryAddition, 'services' | 'joins'>;
      readonly unit?: string;
    }
  | { readonly ok: false; readonly detail: string };

/** Options that answer the questions beforehand. */
export interface ServiceChoiceOptions {
  readonly service?: string;
  readonly unit?: string;
  readonly yes?: boolean;
}

/** Asks which of the units found is a service and what it is called, as far as options do not say so. */
export async function chooseService(
  serverId: string,
  found: readonly RunningUnit[],
  registry: Registry | undefined,
  options: ServiceChoiceOptions,
  context: TerminalContext,
): Promise<ServiceChoice> {
  const known = options.service === undefined ? undefined : registry?.services.get(options.service);
  const unit = options.unit ?? known?.unit ?? (await chosenUnit(found, options, context));
  if (typeof unit === 'object') return unit;
  if (unit === undefined) return { ok: true };
  if (!found.some(each => each.unit === unit)) {
    context.writeError(`Note: ${unit} is not among the units that run Gunicorn on ${serverId} now.\n`);
  }
  const joined =
    known ?? [...(registry?.services.values() ?? [])].find(service => isOffered(service, unit, options));
  const service = options.service ?? (await chosenName(unit, joined, options, context));
  if (service === '-') return { ok: true };
  if (!NAME_PATTERN.test(service))
    return { ok: false, detail: `The service name "${service}" cannot be used: ${NAME_FORM}.` };
  const there = registry?.services.get(service);
  if (!there) return { ok: true, unit, change: { services: { [service]: { unit, servers: [serverId] } } } };
  if (there.unit !== unit) {
    const detail = `The service "${service}" is the unit ${there.unit}, not ${unit}: give another name with --service.`;
    return { ok: false, detail };
  }
  return { ok: true, unit, change: { joins: [{ service, server: serverId }] } };
}

/** The same unit on another server is most often the same service; its name is offered first. */
function isOffered(service: Service, unit: string, options: ServiceChoiceOptions): boolean {
  return options.service === undefined && service.unit === unit;
}

async function chosenUnit(
  found: readonly RunningUnit[],
  options: ServiceChoiceOptions,
  context: TerminalContext,
): Promise<string | undefined | { ok: false; detail: string }> {
  if (found.length === 0) return undefined;
  if (found.length === 1 && (options.yes || options.service !== undefined)) return found[0]!.unit;
  if (options.yes || !context.ask) {
    const names = found.map(each => safeText(each.unit, 120)).join(', ');
    return {
      ok: false,
      detail: `Which unit is the service? Say it with --unit; these run Gunicorn: ${names}.`,
    };
  }
  const range = found.length === 1 ? '1' : `1-${found.length}`;
  for (;;) {
    const answer = (await context.ask(`Which unit is the service? [${range}, or Enter for none] `)).trim();
    if (answer === '') return undefined;
    const unit = found[Number(answer) - 1] ?? found.find(each => each.unit === answer);
    if (unit) return unit.unit;
    if (context.cancel.aborted) return { ok: false, detail: 'Stopped.' };
    context.writeError(`"${safeText(answer, 60)}" is none of them.\n`);
  }
}

async function chosenName(
  unit: string,
  joined: Service | undefined,
  options: ServiceChoiceOptions,
  context: TerminalContext,
): Promise<string> {
  const plain = unit
    .replace(/\.service$/, '')
    .replace(/^.*@/, '')
    .toLowerCase();
  const offered = joined?.id ?? (plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'app');
  if (options.yes || !context.ask) return offered;
  const join = joined ? ` (runs on ${joined.servers.map(server => server.id).join(', ')} already)` : '';
  const answer = await context.ask(`Name of the service${join}, or - for none [${offered}]: `);
  return answer.trim() || offered;
}
