import { createHash } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { Message } from '../../src/workflows/message.ts';
import type { Shipment, ShipmentAnswer, Surface } from '../../src/workflows/surface-ports.ts';

/** Slack's words for trouble on its own side, with an effect or without: worth another attempt. */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'upload_failed',
]);

export interface SlackSurfaceOptions {
  /** Must neither retry nor wait for rate limits by itself: the outbox does both. */
  readonly client: WebClient;
  /** Sends a file's bytes to the address that Slack named; answers with the HTTP status, 0 for no answer. */
  upload(url: string, bytes: Uint8Array): Promise<number>;
}

/** Sends parcels to Slack, one attempt each, and says how it went. */
export class SlackSurface implements Surface {
  readonly #client: WebClient;
  readonly #upload: SlackSurfaceOptions['upload'];

  constructor(options: SlackSurfaceOptions) {
    this.#client = options.client;
    this.#upload = options.upload;
  }

  async ship(shipment: Shipment): Promise<ShipmentAnswer> {
    try {
      switch (shipment.kind) {
        case 'post':
          return await this.#post(shipment);
        case 'update':
          await this.#client.chat.update({
            channel: shipment.channel,
            ts: shipment.ts,
            ...content(shipment.message),
          });
          return { ok: true };
        case 'upload':
          return await this.#share(shipment);
      }
    } catch (error) {
      return answerOf(error);
    }
  }

  async #post(shipment: Shipment & { kind: 'post' }): Promise<ShipmentAnswer> {
    const posted = await this.#client.chat.postMessage({
      channel: shipment.channel,
      ...(shipment.threadTs !== undefined && { thread_ts: shipment.threadTs }),
      ...content(shipment.message),
      unfurl_links: false,
      unfurl_media: false,
      // Slack names this argument in its errors (duplicate_message_not_found) and not among its arguments: the
      // second post with the same id is answered with the first message. Where it is not honoured, a post whose
      // answer was lost may be seen twice, but never be missing.
      client_msg_id: uuidOf(shipment.key),
    } as Parameters<WebClient['chat']['postMessage']>[0]);
    const { ts, channel } = posted;
    return { ok: true, ...(ts !== undefined && { ts }), ...(channel !== undefined && { channel }) };
  }

  /** Three steps at Slack. What is done is remembered, so that another attempt does not upload a second file. */
  async #share(shipment: Shipment & { kind: 'upload' }): Promise<ShipmentAnswer> {
    const { file } = shipment;
    let id = shipment.progress;
    if (id === undefined) {
      const place = await this.#client.files.getUploadURLExternal({
        filename: file.name,
        length: file.bytes.byteLength,
        // Slack's name for it; the SDK's types know only `alt_text`, which Slack does not.
        alt_txt: file.altText,
      } as Parameters<WebClient['files']['getUploadURLExternal']>[0]);
      if (place.upload_url === undefined || place.file_id === undefined)
        return { ok: false, again: true, reason: 'Slack named no address for the file' };
      const status = await this.#upload(place.upload_url, file.bytes);
      if (status !== 200)
        return { ok: false, again: true, reason: `the file's bytes were answered with ${status}` };
      id = place.file_id;
      // Whoever finds it stored and the file gone knows that it was shared, and shares no second one.
      await shipment.keepProgress(id);
    }
    try {
      await this.#client.files.completeUploadExternal({
        files: [{ id, title: file.title }],
        channel_id: shipment.channel,
        ...(shipment.threadTs !== undefined && { thread_ts: shipment.threadTs }),
      } as Parameters<WebClient['files']['completeUploadExternal']>[0]);
      return { ok: true };
    } catch (error) {
      const answer = answerOf(error);
      // An earlier attempt whose answer was lost has shared the file already.
      if (
        !answer.ok &&
        !answer.again &&
        shipment.progress !== undefined &&
        answer.reason === 'file_not_found'
      )
        return { ok: true };
      return !answer.ok && answer.again ? { ...answer, progress: id } : answer;
    }
  }
}

/** Formatting of our own is in the blocks; the text is for notifications, and nothing in it becomes a link. */
export function content(message: Message) {
  return {
    text: message.text,
    blocks: message.blocks as KnownBlock[],
    parse: 'none' as const,
    link_names: false,
  };
}

function answerOf(error: unknown): ShipmentAnswer & { ok: false } {
  if (error instanceof WebAPIRateLimitedError)
    return { ok: false, again: true, afterMs: error.retryAfter * 1000, reason: 'rate limited by Slack' };
  if (error instanceof WebAPIPlatformError) {
    const reason = error.data.error;
    return PASSING.has(reason) ? { ok: false, again: true, reason } : { ok: false, again: false, reason };
  }
  if (error instanceof WebAPIHTTPError)
    return { ok: false, again: true, reason: `Slack answered with HTTP ${error.statusCode}` };
  return { ok: false, again: true, reason: error instanceof Error ? error.message : String(error) };
}

/** The same key gives the same UUID (version 8: made from a hash). */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
