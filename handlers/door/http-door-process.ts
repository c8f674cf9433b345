import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
// Not by Bolt's front: that loads all of Bolt, and this process has to be small.
import {
  buildContentResponse,
  buildNoBodyResponse,
  buildUrlVerificationResponse,
  extractRetryNumFromHTTPRequest,
  extractRetryReasonFromHTTPRequest,
  isRawBodyError,
  parseAndVerifyHTTPRequest,
  parseHTTPRequestBody,
} from '@slack/bolt/dist/receivers/HTTPModuleFunctions.js';
import type { DoorData, FromDoor, ToDoor } from './http-door-messages.ts';

/** Slack's own advice for the age of a request; Bolt checks the past only, not the future. */
const MOST_SKEW_MS = 300_000;
/** Slack's largest payloads are a few hundred kB. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** Clicks and shortcuts: like commands they are answered with nothing, and Slack sends them once. */
const ANSWERED_WITH_NOTHING = new Set(['block_actions', 'shortcut', 'message_action']);

type Signed = Awaited<ReturnType<typeof parseAndVerifyHTTPRequest>>;

/** `sent`: when the kernel has it, and all before it; what died cannot be told anything. */
const tell = (message: FromDoor, sent: () => void = () => undefined): void =>
  void process.send?.(message, undefined, undefined, sent);
const leave = (last: FromDoor): void => tell(last, () => process.disconnect());

/**
 * The door's process: it answers by itself what is not signed by Slack, and what needs no more than an
 * acknowledgement; of all else Staunch's own process says what to answer. So a person does not read
 * "operation_timeout" because a disk or a heap kept Staunch busy just then.
 */
function keepDoor({ address, path, signingSecret }: DoorData): void {
  const owed = new Map<number, ServerResponse>();
  let lastId = 0;
  let closing = false;

  const refuse = (response: ServerResponse, status: number, reason: string) => {
    buildNoBodyResponse(response, status);
    tell({ kind: 'refused', reason });
  };

  const admit = async (request: IncomingMessage, response: ServerResponse) => {
    let signed: Signed;
    try {
      const options = { enabled: true, signingSecret, bodyLimit: BODY_LIMIT_BYTES };
      signed = await parseAndVerifyHTTPRequest(options, request);
    } catch (error) {
      const tooLarge = isRawBodyError(error) && error.statusCode === 413;
      return tooLarge ? refuse(response, 413, 'too large') : refuse(response, 401, 'not signed by Slack');
    }
    let body: ReturnType<typeof parseHTTPRequestBody>;
    try {
      body = parseHTTPRequestBody(signed);
    } catch {
      return refuse(response, 400, 'not what Slack sends');
    }
    // Slack's probe of the certificate, which needs no signature: Bolt has emptied it of all else.
    if (body?.ssl_check === '1') return buildNoBodyResponse(response, 200);
    const signature = String(request.headers['x-slack-signature']);
    // Bolt ignores what follows a second "=": a copy must not get another name by that.
    if (!SIGNATURE.test(signature)) return refuse(response, 401, 'not signed by Slack');
    const sentAtMs = Number(request.headers['x-slack-request-timestamp']) * 1000;
    if (!(Math.abs(Date.now() - sentAtMs) <= MOST_SKEW_MS))
      return refuse(response, 401, 'too old or from the future');
    if (typeof body !== 'object' || body === null) return refuse(response, 400, 'not what Slack sends');
    if (body.type === 'url_verification') return buildUrlVerificationResponse(response, body);

    const id = ++lastId;
    const acknowledged = typeof body.command === 'string' || ANSWERED_WITH_NOTHING.has(body.type);
    if (acknowledged) buildNoBodyResponse(response, 200);
    else {
      owed.set(id, response);
      response.once('close', () => owed.delete(id));
    }
    const retryNum = extractRetryNumFromHTTPRequest(request);
    const retryReason = extractRetryReasonFromHTTPRequest(request);
    tell({
      kind: 'request',
      id,
      body,
      signature,
      acknowledged,
      ...(retryNum !== undefined && { retryNum }),
      ...(retryReason !== undefined && { retryReason }),
    });
  };

  const server = createServer((request, response) => {
    const isSlacks = request.method === 'POST' && request.url?.split('?', 1)[0] === path;
    if (!isSlacks) return buildNoBodyResponse(response, 404);
    if (closing) response.setHeader('Connection', 'close');
    void admit(request, response);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (server.listening) return tell({ kind: 'trouble', reason: error.message });
    leave({ kind: 'unopened', code: error.code ?? '', message: error.message });
  });
  server.listen(address.port, address.host, () => tell({ kind: 'open' }));

  process.on('message', (message: ToDoor) => {
    if (message.kind === 'answer') {
      const response = owed.get(message.id);
      if (!response) return;
      if (message.status === 200) buildContentResponse(response, message.body);
      else buildNoBodyResponse(response, message.status);
    } else if (message.kind === 'close') {
      // What is owed an answer gets it, and no connection is kept after that.
      closing = true;
      for (const response of owed.values()) response.setHeader('Connection', 'close');
      server.close(() => leave({ kind: 'closed' }));
    }
  });
}

process.title = 'staunch-door';
// A terminal sends these to Staunch and its door; only Staunch knows when there is nothing left to take in.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Closed, or Staunch is gone: nobody is left to do what would be acknowledged.
process.once('disconnect', () => process.exit(0));
process.once('message', (message: ToDoor) => {
  if (message.kind === 'open') keepDoor(message.data);
});
