import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listeningProblem } from './listening-problem.ts';
import type { Address } from './settings.ts';

/** One thing that must be so for Staunch to be of use, and what is the matter when it is not. */
export interface HealthCheck {
  readonly name: string;
  /** Undefined when all is well. */
  look(): Promise<string | undefined> | string | undefined;
}

export interface StatusServerOptions {
  readonly address: Address;
  readonly checks: readonly HealthCheck[];
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Longer is no answer for a load balancer. */
const CHECK_MS = 2_000;

const ADVICE = 'Set STAUNCH_STATUS_HOST or STAUNCH_STATUS_PORT to another one, or STAUNCH_STATUS_PORT=off.';

/** Serves `/healthz` (200, or 503 with what is the matter) and `/metrics`. It says nothing about incidents. */
export class StatusServer {
  readonly #server: Server;
  /** `http://HOST:PORT` */
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @throws when the address cannot be listened on; the message is for the operator */
  static async start(options: StatusServerOptions): Promise<StatusServer> {
    const server = createServer((request, response) => {
      void answer(request.method ?? '', request.url ?? '', response, options);
    });
    const { host, port } = options.address;
    await new Promise<void>((resolve, reject) => {
      const refused = (error: Error) => reject(listeningProblem(error, options.address, ADVICE) ?? error);
      server.once('error', refused);
      server.listen(port, host, () => {
        server.off('error', refused);
        resolve();
      });
    });
    const named = host.includes(':') ? `[${host}]` : host;
    return new StatusServer(server, `http://${named}:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  method: string,
  url: string,
  response: ServerResponse,
  options: StatusServerOptions,
): Promise<void> {
  const send = (status: number, contentType: string, text: string) => {
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : text);
  };
  const path = url.split('?', 1)[0];
  try {
    if (method !== 'GET' && method !== 'HEAD') return send(405, 'text/plain', 'GET only\n');
    if (path === '/healthz') {
      const found = await Promise.all(options.checks.map(async c => [c.name, await looked(c)] as const));
      const wrong = found.filter(([, problem]) => problem !== undefined);
      const body = { status: wrong.length === 0 ? 'ok' : 'failing', problems: Object.fromEntries(wrong) };
      return send(wrong.length === 0 ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
    }
    if (path === '/metrics') {
      const { contentType, text } = await options.exposition();
      return send(200, contentType, text);
    }
    return send(404, 'text/plain', 'Known here: /healthz and /metrics\n');
  } catch (error) {
    return send(500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function looked(check: HealthCheck): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`no answer within ${CHECK_MS / 1000} s`), CHECK_MS);
  try {
    return await Promise.race([check.look(), promise]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
