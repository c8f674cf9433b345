import { createHmac } from 'node:crypto';

/** What Slack sends with each request so that the app can tell that it is Slack's. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<'X-Slack-Signature' | 'X-Slack-Request-Timestamp', string>>;
}

/**
 * Signs a request body as Slack does, version `v0`: HMAC-SHA256 of `v0:SECONDS:BODY`.
 * Source: docs.slack.dev/authentication/verifying-requests-from-slack.
 */
export function signRequest(body: string, secret: string, atMs: number): SignedRequest {
  const seconds = String(Math.floor(atMs / 1000));
  const digest = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex');
  return {
    body,
    headers: { 'X-Slack-Signature': `v0=${digest}`, 'X-Slack-Request-Timestamp': seconds },
  };
}
