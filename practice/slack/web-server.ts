import type { IncomingMessage, ServerResponse } from 'node:http';

/** Larger requests are cut off; Slack takes files up to 1 GB, this one keeps them in memory. */
const MOST_BYTES = 50 * 1024 * 1024;

/** The page may load only what this server sends, runs no inline script, and is shown in no frame. */
const CONTENT_POLICY =
  "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** The whole body of a request; undefined when it is too large or was cut off. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      lengthBytes += chunk.byteLength;
      if (lengthBytes > MOST_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export const json = (value: unknown, status = 200, headers: Reply['headers'] = {}): Reply => ({
  status,
  contentType: 'application/json; charset=utf-8',
  headers,
  body: JSON.stringify(value),
});

export const plain = (status: number, body: string): Reply => ({ status, body });

export function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    ...SAFE_HEADERS,
    'Content-Type': reply.contentType ?? 'text/plain; charset=utf-8',
    ...reply.headers,
  });
  response.end(reply.body);
}
