import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A forwarding proxy on loopback that notes whom it was asked for. Source: RFC 9110, CONNECT. */
export class ConnectProxy {
  /** `HOST:PORT` of every tunnel, in order. */
  readonly tunnels: string[] = [];
  /** Requests that came without a tunnel. */
  readonly plain: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #server = createServer((request, response) => {
    this.plain.push(request.url ?? '');
    response.writeHead(502).end();
  });
  readonly #sockets = new Set<Socket>();

  static async start(): Promise<ConnectProxy> {
    const proxy = new ConnectProxy();
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor() {
    this.#server.on('connect', (request, near: Socket, head) => {
      const target = request.url ?? '';
      this.tunnels.push(target);
      this.authorizations.push(request.headers['proxy-authorization']);
      const { hostname, port } = new URL(`tunnel://${target}`);
      const far = connect(Number(port), hostname, () => {
        near.write('HTTP/1.1 200 Connection established\r\n\r\n');
        far.write(head);
        far.pipe(near).pipe(far);
      });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          near.destroy();
          far.destroy();
        });
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
