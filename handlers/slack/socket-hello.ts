import { SocketModeReceiver, type SocketModeReceiverOptions } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Timer } from '../../src/workflows/ports.ts';
import { deepestReason } from './failure-reason.ts';
import { silentLogger } from './silent-logger.ts';

export interface SocketHelloOptions {
  readonly appToken: string;
  readonly clientOptions: WebClientOptions;
  /** Carries the socket through a proxy. */
  readonly dispatcher?: SocketModeReceiverOptions['dispatcher'];
  readonly timer: Timer;
}

/** What Slack said of the app when a socket was open. */
export interface SocketHello {
  readonly appId?: string;
  /** Open connections of the app, this one among them. */
  readonly connections?: number;
}

/** What comes over a socket; its fields: docs.slack.dev/apis/events-api/using-socket-mode. */
interface Envelope {
  readonly type?: string;
  readonly reason?: string;
  readonly num_connections?: number;
  readonly connection_info?: { readonly app_id?: string };
}

const HELLO_MS = 10_000;

/**
 * Opens one socket, and closes it as soon as Slack has said hello: while it is open, deliveries may come to it
 * that nobody here would handle.
 * @throws why there was no hello: Slack's own word where it gave one
 */
export async function socketHello(options: SocketHelloOptions): Promise<SocketHello> {
  const { client } = new SocketModeReceiver({
    appToken: options.appToken,
    logger: silentLogger,
    autoReconnectEnabled: false,
    ...(options.dispatcher && { dispatcher: options.dispatcher }),
    installerOptions: { clientOptions: options.clientOptions },
  });
  let hello: Envelope = {};
  let trouble = 'Slack closed the connection without a word';
  client.on('ws_message', data => {
    const said = envelopeOf(data);
    if (said.type === 'hello') hello = said;
    // Slack says why before it closes: link_disabled, too_many_websockets.
    if (said.type === 'disconnect' && said.reason !== undefined) trouble = said.reason;
  });
  client.on('error', error => {
    trouble = deepestReason(error);
  });
  try {
    await inTime(client.start(), options.timer);
  } catch (error) {
    // The SDK rejects with nothing when the socket closes.
    throw error ?? new Error(trouble);
  } finally {
    await client.disconnect().catch(() => undefined);
  }
  const { connection_info: info, num_connections: connections } = hello;
  return { ...(info?.app_id && { appId: info.app_id }), ...(connections && { connections }) };
}

async function inTime(opening: Promise<unknown>, timer: Timer): Promise<unknown> {
  let takeBack = () => {};
  const late = new Promise<never>((_, reject) => {
    takeBack = timer.after(HELLO_MS, () =>
      reject(new Error(`Slack did not say hello within ${HELLO_MS / 1000} s`)),
    );
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    takeBack();
  }
}

function envelopeOf(data: unknown): Envelope {
  try {
    return JSON.parse(String(data)) as Envelope;
  } catch {
    return {};
  }
}
