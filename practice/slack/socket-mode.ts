import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Attempt, Carried, Carrier, Delivery } from './deliveries.ts';
import type { Sockets } from './faults.ts';

/** Slack allows this many sockets for one app. Source: docs.slack.dev/apis/events-api/using-socket-mode. */
const MOST_CONNECTIONS = 10;
/** Slack pings every few seconds; the SDK gives a silent server up after 30. */
const PING_EVERY_MS = 10_000;
/** How long a socket URL from apps.connections.open may be used for the first time. */
const TICKET_LIFE_MS = 30_000;

interface Connection {
  readonly socket: WebSocket;
  /** False once the app was asked to come back on another socket. */
  taking: boolean;
}

interface Pending {
  readonly connection: Connection;
  readonly settle: (carried: Carried) => void;
}

const GONE: Carried = { acked: false, why: 'cut', reason: 'timeout' };

/** Delivers over the sockets that the app opened: each delivery to one of them, in turn. */
export class SocketMode implements Carrier, Sockets {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<Connection>();
  readonly #pending = new Map<string, Pending>();
  readonly #tickets = new Map<string, number>();
  readonly #carriedBy = new WeakMap<Delivery, Connection>();
  readonly #appId: string;
  readonly #nowMs: () => number;
  readonly #changed: () => void;
  #turn = 0;

  constructor(options: { appId: string; nowMs: () => number; changed: () => void }) {
    this.#appId = options.appId;
    this.#nowMs = options.nowMs;
    this.#changed = options.changed;
  }

  /** How many sockets take deliveries. */
  get open(): number {
    return this.#taking().length;
  }

  /** The path and ticket of a new socket; good for one use. */
  ticket(): string {
    const ticket = randomUUID();
    this.#tickets.set(ticket, this.#nowMs() + TICKET_LIFE_MS);
    return `/link/?ticket=${ticket}&app_id=${this.#appId}`;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('ticket') ?? '';
    const expiresAtMs = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (expiresAtMs === undefined || expiresAtMs < this.#nowMs()) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, opened => this.#welcome(opened));
  }

  carry(delivery: Delivery, attempt: Attempt): Promise<Carried> {
    const connection = this.#next(delivery);
    if (connection === undefined) {
      return Promise.resolve({ acked: false, why: 'nobody', reason: 'timeout' });
    }
    this.#carriedBy.set(delivery, connection);
    const envelopeId = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Carried>();
    const settle = (carried: Carried) => {
      clearTimeout(timer);
      this.#pending.delete(envelopeId);
      resolve(carried);
    };
    const timer = setTimeout(
      () => settle({ acked: false, why: 'timeout', reason: 'timeout' }),
      attempt.withinMs,
    );
    this.#pending.set(envelopeId, { connection, settle });
    const retry =
      delivery.type === 'events_api' ? { retry_attempt: attempt.number, retry_reason: attempt.reason } : {};
    const envelope = {
      envelope_id: envelopeId,
      type: delivery.type,
      payload: delivery.payload,
      accepts_response_payload: delivery.acceptsResponsePayload,
      ...retry,
    };
    connection.socket.send(JSON.stringify(envelope));
    return promise;
  }

  cut(count: number): void {
    for (const connection of [...this.#connections].slice(0, count)) connection.socket.terminate();
  }

  disconnect(reason: 'refresh_requested' | 'warning', count: number): void {
    for (const connection of this.#taking().slice(0, count)) this.#dismiss(connection, reason);
  }

  stop(): void {
    for (const socket of this.#server.clients) socket.terminate();
    for (const { settle } of [...this.#pending.values()]) settle(GONE);
    this.#server.close();
  }

  /** Each in turn; what failed on one socket is tried on another where there is one. */
  #next(delivery: Delivery): Connection | undefined {
    const taking = this.#taking();
    const failed = this.#carriedBy.get(delivery);
    const others = taking.filter(connection => connection !== failed);
    const choice = others.length > 0 ? others : taking;
    this.#turn += 1;
    return choice[this.#turn % Math.max(1, choice.length)];
  }

  #taking(): Connection[] {
    return [...this.#connections].filter(each => each.taking && each.socket.readyState === WebSocket.OPEN);
  }

  #welcome(socket: WebSocket): void {
    const connection: Connection = { socket, taking: true };
    const ping = setInterval(() => socket.ping(), PING_EVERY_MS);
    socket.on('message', data => this.#acknowledge(String(data)));
    // A broken socket also closes; there is nothing more to do about its error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(ping);
      this.#connections.delete(connection);
      for (const pending of [...this.#pending.values()]) {
        if (pending.connection === connection) pending.settle(GONE);
      }
      this.#changed();
    });
    if (this.#connections.size >= MOST_CONNECTIONS) {
      this.#dismiss(connection, 'too_many_websockets');
      return;
    }
    this.#connections.add(connection);
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#connections.size,
        debug_info: { host: 'practice', approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
    socket.ping();
    this.#changed();
  }

  #dismiss(connection: Connection, reason: string): void {
    connection.taking = false;
    connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'practice' } }));
    this.#changed();
  }

  #acknowledge(text: string): void {
    let answer: { envelope_id?: unknown; payload?: unknown };
    try {
      answer = JSON.parse(text);
    } catch {
      return;
    }
    const pending = this.#pending.get(String(answer.envelope_id));
    pending?.settle({ acked: true, ...(answer.payload === undefined ? {} : { body: answer.payload }) });
  }
}
