import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../src/report/safe-text.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('text from a server on a terminal', () => {
  it.each([
    ['a colour', 'a\x1b[31mred', 'a\\x1b[31mred'],
    ['a title change by OSC', '\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
    ['an 8-bit CSI', '\x9b2J', '\\x9b2J'],
    ['a line break', 'one\r\ntwo\tthree', 'one\\r\\ntwo\\tthree'],
    ['a turned reading direction', 'exe.\u202etxt', 'exe.\\u{202e}txt'],
    ['zero-width characters', 'a\u200bb\ufeffc', 'a\\u{200b}b\\u{feff}c'],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a blank that is a letter', 'a\u3164b', 'a\\u{3164}b'],
  ])('shows %s and does not obey it', (_what, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it('leaves what people write alone', () => {
    const line = 'GET /käse?q=日本 HTTP/1.1 "😀" апр 5月 – …';
    expect(safeText(line)).toBe(line);
  });

  it('cuts long lines, never through a character, and says how much is left out', () => {
    expect(safeText('abcdef', 4)).toBe('abcd… (2 more characters)');
    expect(safeText('abc😀def', 4)).toBe('abc… (5 more characters)');
  });

  it('holds nothing that a terminal could obey, whatever came in', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('\x1b', '[', '\u202e', '\ud83d', 'a', '\n') }),
        ),
        text => {
          const shown = safeText(text, 50);
          return !UNSAFE.test(shown) && shown.isWellFormed() && shown.length < 700;
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('costs no more for ten million characters than for the shown ones', () => {
    const start = performance.now();
    safeText('\x1b'.repeat(10_000_000));
    expect(performance.now() - start).toBeLessThan(200);
  });
});
