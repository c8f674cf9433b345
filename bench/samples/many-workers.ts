import type { Service } from '../../src/inventory/registry.ts';
import { aServer, aService } from '../../test/workflows/recorded-source.ts';
import { SimulatedServers } from '../../test/workflows/simulated-servers.ts';

const MIB = 1_048_576;
const WORKERS = 8;

/** So many servers with eight workers each, every one a service of its own; their memory drifts as that of real ones. */
export function manyWorkers(serverCount: number): {
  readonly servers: SimulatedServers;
  readonly services: readonly Service[];
  /** A minute passes: memory moves, requests come in. */
  pass(): void;
} {
  const servers = new SimulatedServers();
  const ids = Array.from({ length: serverCount }, (_, number) => `app${number}`);
  for (const id of ids)
    servers.of(id).workers = Array.from({ length: WORKERS }, (_unused, worker) => ({
      pid: 200 + worker,
      startTicks: 1_000 + worker,
      rssBytes: 100 * MIB,
    }));
  const services = ids.map((id, number) => ({ ...aService([aServer(id)]), id: `service${number}` }));
  let minute = 0;
  return {
    servers,
    services,
    pass() {
      minute++;
      for (const [at, id] of ids.entries()) {
        const server = servers.of(id);
        server.log.push(200, 200, 200);
        for (const [number, worker] of server.workers.entries())
          worker.rssBytes += pages(minute, at, number) * 4_096;
      }
    },
  };
}

/** Mostly at rest, now and then some pages up or down: the same in every run. */
function pages(minute: number, server: number, worker: number): number {
  let hash = Math.imul(minute, 2_654_435_761) ^ Math.imul(server * 8 + worker + 1, 40_503);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  const drawn = (hash >>> 8) % 100;
  return drawn < 50 ? 0 : drawn < 90 ? (drawn % 13) - 6 : (drawn % 40) - 10;
}
