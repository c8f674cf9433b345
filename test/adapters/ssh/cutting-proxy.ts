import { connect, createServer, type Server, type Socket } from 'node:net';

/** How a connection ends at its offset: closed to both sides, or silent for ever, as a firewall would have it. */
export type Cut = { readonly afterBytes: number; readonly how: 'close' | 'silence' };

/** A TCP proxy on loopback that cuts each connection at a byte of the conversation, both directions counted together. */
export class CuttingProxy {
  /** For connections from now on; undefined lets all through. */
  cut: Cut | undefined;
  /** Bytes of the last connection. */
  passed = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(port: number) {
    this.#server = createServer(client => {
      const target = connect(port, '127.0.0.1');
      this.passed = 0;
      for (const socket of [client, target]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => {});
        socket.on('close', () => this.#sockets.delete(socket));
      }
      client.on('data', piece => this.#pass(piece, target, client));
      target.on('data', piece => this.#pass(piece, client, target));
      client.on('end', () => target.end());
      target.on('end', () => client.end());
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  #pass(piece: Buffer, to: Socket, from: Socket): void {
    const { cut } = this;
    const left = cut === undefined ? piece.length : Math.max(0, cut.afterBytes - this.passed);
    this.passed += piece.length;
    to.write(piece.subarray(0, left));
    if (left >= piece.length || cut?.how !== 'close') return;
    // What was let through still arrives, then both ends see the end of the connection.
    to.end();
    from.destroy();
  }

  /** Ends what is open; new connections are still taken. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
