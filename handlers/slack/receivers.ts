import type { Logger, Receiver, SocketModeReceiverOptions } from '@slack/bolt';
import type { Clock, Log } from '../../src/workflows/ports.ts';
import type { Inbox } from '../../src/workflows/state-ports.ts';
import { guardedHttpReceiver } from './guarded-http-receiver.ts';
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

export function reachOf(
  settings: ReachSettings,
  apiUrl: string,
  context: {
    readonly inbox: Inbox;
    readonly clock: Clock;
    readonly log: Log;
    readonly logger: Logger;
    /** Carries the sockets through a proxy. */
    readonly dispatcher?: SocketModeReceiverOptions['dispatcher'];
  },
): Reach {
  const { logger } = context;
  if (settings.kind === 'socket') {
    const receiver = new SteadySocketReceiver({
      appToken: settings.appToken,
      logger,
      ...(context.dispatcher && { dispatcher: context.dispatcher }),
      installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
    });
    return {
      receiver,
      start: async () => void (await receiver.start()),
      openConnections: () => receiver.openConnections(),
    };
  }
  const { signingSecret, path, address } = settings;
  const receiver = guardedHttpReceiver({ ...context, signingSecret, path });
  return { receiver, start: async () => void (await receiver.start(address as never)) };
}
