import type { Logger, Receiver, SocketModeReceiverOptions } from '@slack/bolt';
import type { Clock, Log, Timer } from '../../src/workflows/ports.ts';
import type { Inbox } from '../../src/workflows/state-ports.ts';
import { HttpDoorReceiver } from '../door/http-door-receiver.ts';
import { SteadySocketReceiver } from './steady-socket-receiver.ts';

/** How Slack reaches us, and what there is to say about it. */
export interface Reach {
  readonly receiver: Receiver;
  /** Begins to listen or connects. */
  start(): Promise<void>;
  /** Open sockets; undefined where Slack comes to us. */
  openConnections?(): number;
}

export type ReachSettings =
  | { readonly kind: 'socket'; readonly appToken: string }
  | {
      readonly kind: 'http';
      readonly signingSecret: string;
      readonly path: string;
      readonly address: { readonly host: string; readonly port: number };
    };

/** An answer that does not come is not waited for without end; trying again is the sockets' own affair. */
const ONCE = { timeout: 5_000, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true } as const;

export function reachOf(
  settings: ReachSettings,
  apiUrl: string,
  context: {
    readonly inbox: Inbox;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly log: Log;
    readonly logger: Logger;
    /** Carries the sockets through a proxy. */
    readonly dispatcher?: SocketModeReceiverOptions['dispatcher'];
  },
): Reach {
  const { logger } = context;
  if (settings.kind === 'socket') {
    const receiver = new SteadySocketReceiver(
      {
        appToken: settings.appToken,
        logger,
        ...(context.dispatcher && { dispatcher: context.dispatcher }),
        installerOptions: { clientOptions: { slackApiUrl: apiUrl, ...ONCE } },
      },
      context.timer,
    );
    return {
      receiver,
      start: async () => void (await receiver.start()),
      openConnections: () => receiver.openConnections(),
    };
  }
  const { signingSecret, path, address } = settings;
  const receiver = new HttpDoorReceiver({ ...context, signingSecret, path, address });
  return { receiver, start: () => receiver.start() };
}
