/** Input taken from one batch to the next: small enough that a caller may pause between batches. */
const BATCH_BYTES = 65_536;
const NEWLINE = 10;

/**
 * Cuts bytes into lines, in batches from at most 64 KB of input each. Bytes that are not UTF-8 become U+FFFD,
 * CRLF is one line end, a last line without its newline counts. A line over `maxLineBytes` is cut there and
 * the rest of it is skipped.
 */
export function* sliceLines(bytes: Uint8Array, maxLineBytes = 16_384): Generator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let start = 0;
  while (start < bytes.length) {
    const limit = Math.min(start + BATCH_BYTES, bytes.length);
    const end = limit === bytes.length ? limit : bytes.lastIndexOf(NEWLINE, limit - 1);
    if (end < start) {
      // One line fills the batch: keep its head, then look for its end without decoding what is thrown away.
      const lineEnd = bytes.indexOf(NEWLINE, limit);
      const stop = lineEnd === -1 ? bytes.length : lineEnd;
      const cut = Math.min(start + maxLineBytes, stop);
      yield [withoutReturn(decoder.decode(bytes.subarray(start, cut)), maxLineBytes)];
      start = stop + 1;
      continue;
    }
    const text = decoder.decode(bytes.subarray(start, end));
    const lines = text.split('\n');
    // At the very end of the input the text after the last newline is a line only if there is any.
    if (limit === bytes.length && lines.at(-1) === '') lines.pop();
    if (text.length > maxLineBytes || text.includes('\r')) {
      for (let at = 0; at < lines.length; at++) lines[at] = withoutReturn(lines[at]!, maxLineBytes);
    }
    if (lines.length > 0) yield lines;
    start = end + 1;
  }
}

function withoutReturn(line: string, maxLength: number): string {
  if (line.length > maxLength) return line.slice(0, maxLength);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
