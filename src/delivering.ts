import type { WebClient } from '@slack/web-api';
import type { Replies } from '../handlers/slack/replies.ts';
import { SlackSurface } from '../handlers/slack/slack-surface.ts';
import { tellUndeliverable } from '../handlers/slack/undeliverable.ts';
import { DeliveryPump } from './adapters/delivery-pump.ts';
import type { Metrics } from './adapters/metrics.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { uploadBytes } from './adapters/upload-bytes.ts';
import { Delivery } from './workflows/delivery.ts';
import type { Clock, Log } from './workflows/ports.ts';

export interface DeliveringOptions {
  readonly state: OpenedState;
  /** Neither retries nor waits by itself: the outbox does both. */
  readonly client: WebClient;
  readonly replies: Replies;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends what is queued to Slack whenever the pump is woken; who asked is told where that never works. */
export function startDelivering({
  state,
  client,
  replies,
  metrics,
  clock,
  log,
}: DeliveringOptions): DeliveryPump {
  const delivery = new Delivery({
    state,
    clock,
    timer: systemTimer,
    surface: new SlackSurface({ client, upload: uploadBytes }),
    events: {
      sent: (_, waitedMs) => metrics.messageSent(waitedMs),
      postponed: ({ key }, reason, dueAtMs) => {
        metrics.messagePostponed();
        log.warn({ key, reason, dueAt: new Date(dueAtMs).toISOString() }, 'a message will be tried again');
      },
      abandoned: (parcel, why) => {
        metrics.messageAbandoned();
        void tellUndeliverable(parcel, why, { state, replies, log });
      },
    },
  });
  return new DeliveryPump({ deliverDue: () => delivery.deliverDue(), clock, log });
}
