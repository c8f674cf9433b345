import type { Service } from '../../src/inventory/registry.ts';
import { findTarget } from '../../src/inventory/target.ts';
import { EXIT } from './context.ts';
import { registryOrTell, type ServerContext } from './server-context.ts';

/** The services a name stands for, or an exit code after telling what is the matter and which names are near. */
export async function servicesOrTell(
  name: string | undefined,
  context: Pick<ServerContext, 'registry' | 'writeError'>,
): Promise<readonly Service[] | number> {
  const registry = await registryOrTell(context);
  if (!registry) return EXIT.usage;
  const all = [...registry.services.values()];
  if (all.length === 0) {
    context.writeError(
      `${context.registry.file} registers no service yet. Register a server and its service with: staunch server add USER@HOST\n`,
    );
    return EXIT.usage;
  }
  if (name === undefined) {
    if (all.length === 1) return all;
    context.writeError(
      `Which service? ${all.map(s => s.id).join(', ')}. For example: staunch diagnose ${all[0]?.id}\n`,
    );
    return EXIT.usage;
  }
  const target = findTarget(registry, name);
  if ('unknown' in target) {
    const near =
      target.nearest.length > 0
        ? ` Did you mean ${target.nearest.join(' or ')}?`
        : ` Known services: ${all.map(s => s.id).join(', ')}.`;
    context.writeError(
      `There is no service, server or group "${name}" in ${context.registry.file}.${near}\nTo register it: staunch server add USER@HOST\n`,
    );
    return EXIT.usage;
  }
  if (target.services.length === 0) {
    context.writeError(
      `${name} is a server on which no service is registered. Name one under services: in ${context.registry.file} (see staunch.example.yml).\n`,
    );
    return EXIT.usage;
  }
  return target.services;
}
