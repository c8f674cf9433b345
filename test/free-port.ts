import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The kernel takes the ports of outgoing connections, and those of `listen(0)`, from 32768 up;
 * the highest port below that fetch and Chromium refuse is 10080.
 */
const PORTS = [10_081, 32_768] as const;
const given = new Set<number>();

/**
 * A port that nobody listens on, for a program that must be told its port before it listens.
 * Nobody is given it by the kernel until then: other tests run beside this one, and hundreds of connections with them.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await mayListen(host, port)) return port;
  }
}

async function mayListen(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw problem;
  }
  await new Promise(resolve => server.close(resolve));
  return true;
}
