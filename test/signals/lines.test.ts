import { describe, expect, it } from 'vitest';
import { sliceLines } from '../../src/signals/lines.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const linesOf = (bytes: Uint8Array, cap?: number) => [...sliceLines(bytes, cap)].flat();

describe('sliceLines', () => {
  it.each([
    ['nothing at all', '', []],
    ['a last line without its newline', 'a\nb', ['a', 'b']],
    ['no extra line after a final newline', 'a\nb\n', ['a', 'b']],
    ['empty lines', 'a\n\nb\n\n', ['a', '', 'b', '']],
    ['CRLF as one line end', 'a\r\nb\r\n', ['a', 'b']],
    ['a carriage return inside a line', 'a\rb\n', ['a\rb']],
    ["the read script's own lines", '#staunch lines 3\nx\n', ['#staunch lines 3', 'x']],
  ])('keeps %s', (_, text, lines) => {
    expect(linesOf(bytesOf(text))).toEqual(lines);
  });

  it('replaces bytes that are not UTF-8 and goes on', () => {
    expect(linesOf(Uint8Array.from([0xff, 0x61, 10, 0xc3, 0x28, 10, 0x62]))).toEqual([
      '\ufffda',
      '\ufffd(',
      'b',
    ]);
  });

  it('does not tear a letter of several bytes apart at the border of a batch', () => {
    const line = 'ä'.repeat(30);
    const text = `${line}\n`.repeat(5_000);
    expect(new Set(linesOf(bytesOf(text)))).toEqual(new Set([line]));
    expect(linesOf(bytesOf(text))).toHaveLength(5_000);
  });

  it.each([[20], [16_384], [16_385], [65_535], [65_536], [65_537], [200_000], [1_000_000]])(
    'cuts a line of %i bytes at the cap and finds the next one',
    length => {
      const long = 'x'.repeat(length);
      expect(linesOf(bytesOf(`first\n${long}\nnext\n${long}`))).toEqual([
        'first',
        long.slice(0, 16_384),
        'next',
        long.slice(0, 16_384),
      ]);
    },
  );

  it('takes at most 64 KB of input per batch', () => {
    const batches = [...sliceLines(bytesOf(`${'y'.repeat(99)}\n`.repeat(10_000)))];
    expect(batches.length).toBeGreaterThanOrEqual(15);
    expect(Math.max(...batches.map(batch => batch.length))).toBeLessThanOrEqual(656);
    expect(batches.flat()).toHaveLength(10_000);
  });
});
