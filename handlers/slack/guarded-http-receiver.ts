import { createHash } from 'node:crypto';
import { HTTPModuleFunctions, HTTPReceiver, type HTTPReceiverOptions } from '@slack/bolt';
import type { Clock, Log } from '../../src/workflows/ports.ts';
import type { Inbox } from '../../src/workflows/state-ports.ts';

/** Slack's own advice for the age of a request; Bolt checks the past only, not the future. */
const MOST_SKEW_MS = 300_000;
/** Slack's largest payloads are a few hundred kB. */
const BODY_LIMIT_BYTES = 1024 * 1024;

type Listener = HTTPReceiver['requestListener'];
type Request = Parameters<Listener>[0];

const SIGNATURE = /^v0=[0-9a-f]{64}$/;
const CERTIFICATE_PROBE = 'ssl_check=1';

export interface GuardedHttpOptions extends Pick<HTTPReceiverOptions, 'signingSecret' | 'logger'> {
  readonly path: string;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Bolt's HTTP receiver behind a guard: a request must be signed, its time must be within five minutes of ours
 * in both directions, and the same signed request is accepted once. (Slack signs a retry anew, so that only a
 * copy made by somebody else carries a signature twice.)
 */
export function guardedHttpReceiver(options: GuardedHttpOptions): HTTPReceiver {
  const { signingSecret, path, log } = options;
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: path,
    bodyLimit: BODY_LIMIT_BYTES,
    ...(options.logger && { logger: options.logger }),
  });
  const inner: Listener = receiver.requestListener;
  receiver.requestListener = (request, response) => {
    const isEvent = request.method === 'POST' && request.url?.split('?', 1)[0] === path;
    if (!isEvent) {
      HTTPModuleFunctions.buildNoBodyResponse(response, 404);
      return;
    }
    void refusalOf(request, options).then(
      refusal => {
        if (refusal === undefined) return inner(request, response);
        log.warn({ reason: refusal.reason }, 'refused a request that claims to come from Slack');
        HTTPModuleFunctions.buildNoBodyResponse(response, refusal.status);
      },
      error => {
        log.error({ error: String(error) }, 'a request could not be examined');
        HTTPModuleFunctions.buildNoBodyResponse(response, 500);
      },
    );
  };
  return receiver;
}

/** Why a request is not accepted; the buffered body stays with the request for Bolt to read. */
async function refusalOf(
  request: Request,
  { signingSecret, inbox, clock }: GuardedHttpOptions,
): Promise<{ readonly status: number; readonly reason: string } | undefined> {
  let body: string;
  try {
    const buffered = await HTTPModuleFunctions.parseAndVerifyHTTPRequest(
      { enabled: true, signingSecret, bodyLimit: BODY_LIMIT_BYTES },
      request,
    );
    body = String(buffered.rawBody);
  } catch (error) {
    const tooLarge = HTTPModuleFunctions.isRawBodyError(error) && error.statusCode === 413;
    return tooLarge ? { status: 413, reason: 'too large' } : { status: 401, reason: 'not signed by Slack' };
  }
  // Slack's probe of the certificate, which needs no signature: Bolt has emptied it of all else, and nothing is
  // to be kept of it.
  if (body === CERTIFICATE_PROBE) return undefined;
  const signature = String(request.headers['x-slack-signature']);
  // Bolt ignores what follows a second "=": a copy must not get another name by that.
  if (!SIGNATURE.test(signature)) return { status: 401, reason: 'not signed by Slack' };
  const sentAtMs = Number(request.headers['x-slack-request-timestamp']) * 1000;
  if (!(Math.abs(clock.nowMs() - sentAtMs) <= MOST_SKEW_MS))
    return { status: 401, reason: 'too old or from the future' };
  const key = `signature/${createHash('sha256').update(signature).digest('hex')}`;
  // What a request leads to has a durable claim of its own: an acknowledgement need not wait for the disk here.
  if (!(await inbox.claimUnsynced(key, clock.nowMs())))
    return { status: 401, reason: 'a copy of an earlier request' };
  return undefined;
}
