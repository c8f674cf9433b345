import { nearestNames } from '../../src/inventory/nearest-name.ts';
import type { Registry, Server } from '../../src/inventory/registry.ts';
import { suggestionText } from '../../src/inventory/registry-problem.ts';
import { servicesOn } from '../../src/inventory/target.ts';
import { EXIT } from './context.ts';
import { examinationExit, examinationText } from './examination-text.ts';
import { registryOrTell, type ServerContext } from './server-context.ts';
import { examineServer } from './server-examination.ts';

/** Servers that are examined at a time: enough for a fleet in a minute, few enough for a bastion's sshd. */
const AT_A_TIME = 8;

/** `staunch server test [id]`: what can and cannot be read on one server, or on all of them. */
export async function serverTest(options: { readonly id?: string }, context: ServerContext): Promise<number> {
  const registry = await registryOrTell(context);
  if (!registry) return EXIT.usage;
  if (options.id === undefined) return testServers([...registry.servers.values()], registry, context);
  const server = registry.servers.get(options.id);
  if (server) return testServers([server], registry, context);
  const names = [...registry.servers.keys()];
  const hint = suggestionText(nearestNames(options.id, names), names, 'server');
  context.writeError(`There is no server "${options.id}" in ${context.registry.file}${hint}\n`);
  return EXIT.usage;
}

/** Examines servers side by side and writes each as it is known, in the order given. The worst exit code wins. */
export async function testServers(
  servers: readonly Server[],
  registry: Registry,
  context: ServerContext,
): Promise<number> {
  let worst: number = EXIT.fine;
  for (let from = 0; from < servers.length; from += AT_A_TIME) {
    const batch = servers.slice(from, from + AT_A_TIME).map(async server => {
      const services = servicesOn(registry, server.id);
      const units = [...new Set(services.map(service => service.unit))];
      return { found: await examineServer(server, units, context), used: services.length > 0 };
    });
    for (const pending of batch) {
      const { found, used } = await pending;
      context.write(`${examinationText(found)}`);
      if (!used && found.reached) {
        context.write('  No service is registered on it: what cannot be read here does not count.\n');
      }
      context.write('\n');
      const exit = used || !found.reached ? examinationExit(found) : EXIT.fine;
      worst = Math.max(worst, exit);
    }
    if (context.cancel.aborted) break;
  }
  return worst;
}
