import type { Readable } from 'node:stream';

export type BoundedBody =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'too-large' | 'broke-off' };

/**
 * Reads a body to its end, and no further than `most` bytes. What is beyond stays unread, so that whoever sent it can
 * still be answered. Never throws.
 */
export function bodyOf(stream: Readable, most: number): Promise<BoundedBody> {
  const { promise, resolve } = Promise.withResolvers<BoundedBody>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  stream.on('data', (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length <= most) {
      chunks.push(chunk);
      return;
    }
    stream.pause();
    chunks.length = 0;
    resolve({ ok: false, reason: 'too-large' });
  });
  stream.once('end', () => resolve({ ok: true, bytes: Buffer.concat(chunks) }));
  // Behind `end` they say nothing new.
  stream.once('error', () => resolve({ ok: false, reason: 'broke-off' }));
  stream.once('close', () => resolve({ ok: false, reason: 'broke-off' }));
  return promise;
}
