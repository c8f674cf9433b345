import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AlertReading } from '../intake/alert.ts';
import { type AlertMapping, OWN_SIGNATURE } from '../intake/alert-mapping.ts';
import { ALERTMANAGER, readAlertmanagerWebhook } from '../intake/alertmanager.ts';
import { readMapped } from '../intake/mapped-alerts.ts';
import type { AlertSink } from '../workflows/alert-ports.ts';
import type { Clock, Log } from '../workflows/ports.ts';
import { checkSignature, hasCredentials } from './alert-credentials.ts';
import type { AlertReceiverSettings } from './alert-settings.ts';
import { bodyOf } from './bounded-body.ts';
import { listeningProblem } from './listening-problem.ts';
import { MinuteAllowance } from './minute-allowance.ts';

export interface AlertReceiverOptions {
  readonly settings: AlertReceiverSettings;
  readonly mappings: ReadonlyMap<string, AlertMapping>;
  readonly sink: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a sender may take; for tests. */
  readonly patienceMs?: number;
}

/** What a sender is told. Nothing of it says anything about servers, incidents or other senders. */
interface Reply {
  readonly status: number;
  readonly text: string;
  /** For the operator, where it was refused. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
}

/** Alertmanager and Datadog try again after 5xx only, so that 429 would lose alerts. */
const TRY_AGAIN = 503;
/** A signature over the body alone is right for ever; the delivery keys that know a copy are kept for a day. */
const OLDEST_SENT_MS = 23 * 3_600_000;
const PATIENCE_MS = 10_000;
const REFUSALS_LOGGED_PER_MINUTE = 10;
const ADVICE = 'Set STAUNCH_ALERTS_ADDRESS to another one.';

/**
 * Takes alerts over HTTP or HTTPS: `PATH/alertmanager`, and `PATH/ID` for every mapping. A sender is answered once its
 * alerts are stored. Slow, large, many and unknown senders are turned away before they cost anything.
 */
export class AlertReceiver {
  readonly #options: AlertReceiverOptions;
  readonly #server: Server;
  readonly #allowance: MinuteAllowance;
  readonly #logged: MinuteAllowance;
  #atOnce = 0;
  #url = '';

  private constructor(options: AlertReceiverOptions) {
    const { settings, clock, patienceMs = PATIENCE_MS } = options;
    this.#options = options;
    this.#allowance = new MinuteAllowance(settings.limits.perMinute, clock.nowMs());
    this.#logged = new MinuteAllowance(REFUSALS_LOGGED_PER_MINUTE, clock.nowMs());
    const limits = {
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      connectionsCheckingInterval: Math.min(1_000, patienceMs),
      keepAliveTimeout: 5_000,
      maxHeaderSize: 8_192,
    };
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    const { tls } = settings;
    this.#server = tls
      ? createTlsServer({ ...limits, cert: readTls(tls.certFile), key: readTls(tls.keyFile) }, listener)
      : createServer(limits, listener);
    // Connections that say nothing cost a socket each; those at work are counted by themselves.
    this.#server.maxConnections = settings.limits.atOnce * 5;
  }

  /** @throws when the address cannot be listened on or a TLS file cannot be used; the message is for the operator */
  static async start(options: AlertReceiverOptions): Promise<AlertReceiver> {
    const receiver = new AlertReceiver(options);
    const { address, tls } = options.settings;
    const server = receiver.#server;
    await new Promise<void>((resolve, reject) => {
      const refused = (error: Error) => reject(listeningProblem(error, address, ADVICE) ?? error);
      server.once('error', refused);
      server.listen(address.port, address.host, () => {
        server.off('error', refused);
        resolve();
      });
    });
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    receiver.#url = `${tls ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`;
    return receiver;
  }

  /** `http://HOST:PORT` */
  get url(): string {
    return this.#url;
  }

  /** Takes nothing new and lets go of whoever still waits. */
  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { limits } = this.#options.settings;
    if (this.#atOnce >= limits.atOnce)
      return this.#send(request, response, {
        status: TRY_AGAIN,
        text: 'Too many deliveries at once; try again.',
        reason: 'too many at once',
        retryAfterSeconds: 1,
      });
    this.#atOnce++;
    try {
      this.#send(request, response, await this.#reply(request));
    } catch (error) {
      this.#options.log.error({ err: error }, 'alerts could not be taken; their sender is told to try again');
      const text = 'The alerts could not be stored; try again.';
      this.#send(request, response, { status: TRY_AGAIN, text, retryAfterSeconds: 10 });
    } finally {
      this.#atOnce--;
    }
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const { settings, mappings, clock } = this.#options;
    const id = senderOf(request.url ?? '', settings.path);
    const mapping = id === undefined ? undefined : mappings.get(id);
    if (id === undefined || (id !== ALERTMANAGER && mapping === undefined))
      return refusal(404, `Nothing is here. Alerts go to ${settings.path}/alertmanager.`, 'unknown path');
    if (request.method !== 'POST') return refusal(405, 'POST only.', 'not a POST');
    const proof = mapping === undefined ? 'token' : (mapping.authentication ?? { signature: OWN_SIGNATURE });
    if (proof === 'token' && !hasCredentials(request.headers, settings))
      return refusal(401, 'Who sends this? Expected the token or the password.', 'no or wrong credentials');
    const secret = settings.signingSecrets.get(senderName(id)) ?? settings.signingSecrets.get('');
    if (proof !== 'token' && secret === undefined)
      return refusal(
        401,
        'Deliveries of this kind are not set up.',
        `no secret: set STAUNCH_ALERTS_SECRET_${senderName(id)}`,
      );
    const body = await bodyOf(request, settings.limits.bytes);
    if (!body.ok)
      return body.reason === 'too-large'
        ? refusal(413, `Expected ${settings.limits.bytes} bytes at most.`, 'too large')
        : refusal(400, 'The delivery broke off.', 'broke off');
    let deliveryKey: string | undefined;
    if (proof !== 'token') {
      const check = checkSignature(request.headers, body.bytes, proof.signature, secret ?? '', clock.nowMs());
      if (!check.ok) return refusal(401, 'The signature is not right.', check.reason);
      deliveryKey = check.key;
    }
    // Only whoever may deliver counts: others cannot use the allowance up.
    const allowed = this.#allowance.take(clock.nowMs());
    if (!allowed.ok)
      return {
        ...refusal(TRY_AGAIN, 'More than may come in a minute; try again.', 'too many in a minute'),
        retryAfterSeconds: allowed.afterSeconds,
      };
    const reading = this.#read(body.bytes, mapping);
    if (!reading.ok)
      return refusal(400, `Not understood: ${reading.problem}`, `not understood: ${reading.problem}`);
    const isOld = reading.sentAtMs !== undefined && clock.nowMs() - reading.sentAtMs > OLDEST_SENT_MS;
    if (isOld && reading.alerts.some(({ state }) => state === 'firing'))
      return refusal(401, 'This was sent more than a day ago.', 'a copy of something old');
    if (reading.leftOut > 0)
      this.#options.log.warn(
        { sender: id, leftOut: reading.leftOut },
        'a sender left alerts out of a delivery',
      );
    const { duplicate } = await this.#options.sink.take(reading.alerts, deliveryKey);
    return { status: 200, text: duplicate ? 'Taken before.' : `Taken: ${reading.alerts.length}.` };
  }

  #read(bytes: Uint8Array, mapping: AlertMapping | undefined): AlertReading {
    let payload: unknown;
    try {
      payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      return { ok: false, problem: 'expected JSON in UTF-8' };
    }
    return mapping === undefined
      ? readAlertmanagerWebhook(payload)
      : readMapped(payload, mapping, this.#options.clock.nowMs());
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    const { clock, log } = this.#options;
    if (reply.reason !== undefined && this.#logged.take(clock.nowMs()).ok)
      log.warn(
        { reason: reply.reason, from: request.socket.remoteAddress },
        'a delivery of alerts was refused',
      );
    if (response.headersSent || response.destroyed) return;
    const headers: OutgoingHttpHeaders = {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    if (reply.retryAfterSeconds !== undefined) headers['retry-after'] = String(reply.retryAfterSeconds);
    if (reply.status === 401) headers['www-authenticate'] = 'Bearer, Basic realm="alerts"';
    // What is left of a body that was not read must not be taken for the next request.
    if (!request.complete) headers.connection = 'close';
    response.writeHead(reply.status, headers);
    response.end(`${reply.text}\n`);
  }
}

function refusal(status: number, text: string, reason: string): Reply {
  return { status, text, reason };
}

/** The last part of `PATH/ID`; undefined for any other path. */
function senderOf(url: string, path: string): string | undefined {
  const [at = ''] = url.split('?', 1);
  const id = at.startsWith(`${path}/`) ? at.slice(path.length + 1) : '';
  return /^[a-z0-9][a-z0-9-]{0,60}$/.test(id) ? id : undefined;
}

function senderName(id: string): string {
  return id.toUpperCase().replaceAll('-', '_');
}

function readTls(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(
      `The TLS file ${file} (STAUNCH_ALERTS_TLS_CERT_FILE, STAUNCH_ALERTS_TLS_KEY_FILE) cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
