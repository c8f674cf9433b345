import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemdWord, withoutVariables } from '../../src/remediation/systemd-words.ts';
import { readUnitLines, systemdWords } from './systemd-reading.ts';

const word = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('%', '$', '"', "'", '\\', ' ', ';', '#', '{', '}', '=', 'n', 'x') }),
  )
  .filter(text => !/[\x00-\x1f\x7f]/.test(text));

describe('a word in a unit file', () => {
  it('is read back by systemd as it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), words => {
        expect(systemdWords(words.map(systemdWord).join(' '))).toEqual(words);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reaches the program as it was, variables not put in', () => {
    fc.assert(
      fc.property(fc.array(word), words => {
        const line = ['/usr/bin/gunicorn', ...words].map(withoutVariables).map(systemdWord).join(' ');
        const text = `[Service]\nExecStart=/bin/old\nExecStart=\nExecStart=${line}\n`;
        expect(readUnitLines(text).get('ExecStart')).toEqual(['/usr/bin/gunicorn', ...words]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['100%', '100%%'],
    ['a b', '"a b"'],
    ['', '""'],
    ['say "x"', '"say \\"x\\""'],
    ['C:\\tmp', '"C:\\\\tmp"'],
    [';', '";"'],
  ])('%s is written as %s', (given, written) => {
    expect(systemdWord(given)).toBe(written);
  });

  it.each(['a\0b', 'two\nlines', 'tab\t', '\x7f'])('%j is not written at all', given => {
    expect(() => systemdWord(given)).toThrow(/control characters/);
  });
});
