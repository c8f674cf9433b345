import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, type LinePattern, matchLine } from '../../src/signals/line-pattern.ts';

const compiled = (source: string): LinePattern => {
  const compilation = compilePattern(source);
  if (!compilation.ok) throw new Error(`${source} ${compilation.problem}`);
  return compilation.pattern;
};
const problemOf = (source: string): string => {
  const compilation = compilePattern(source);
  return compilation.ok ? '' : compilation.problem;
};
const likeRegExp = (source: string, line: string) => {
  const groups = new RegExp(source).exec(line);
  if (groups === null) return undefined;
  return Object.fromEntries(Object.entries(groups.groups ?? {}).filter(([, value]) => value !== undefined));
};

/** Small patterns out of a small alphabet, so that lines of it fit often. */
const ATOMS = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\b',
  '1',
  '(?:a|b)',
  '(?:ab|a)',
  '(?:a|ab)',
);
const PARTS = fc
  .tuple(ATOMS, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?', '??', '{1,2}?'))
  .map(([atom, times]) => (atom === '\\b' ? atom : atom + times));
const SIDES = fc.array(PARTS, { maxLength: 4 }).map(parts => parts.join(''));
const SOURCES = fc
  .tuple(SIDES, SIDES, SIDES, fc.boolean(), fc.boolean())
  .map(
    ([before, inside, after, start, end]) =>
      `${start ? '^' : ''}${before}(?<x>${inside})KERN(?<y>${after}|a+)${end ? '$' : ''}`,
  );
const LINES = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', '1', ' ', 'KERN'), { maxLength: 10 }),
    fc.array(fc.constantFrom('a', 'b', '1', ' ', 'KERN'), { maxLength: 10 }),
  )
  .map(([before, after]) => `${before.join('')}KERN${after.join('')}`);

describe('a pattern over lines', () => {
  it('finds what RegExp finds, with the same groups', () => {
    let fits = 0;
    fc.assert(
      fc.property(SOURCES, LINES, (source, line) => {
        const expected = likeRegExp(source, line);
        if (expected !== undefined) fits++;
        expect(matchLine(compiled(source), line)).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(fits).toBeGreaterThan(100);
  });

  it.each([
    ['(?:a+)+KERN$', `${'a'.repeat(4_000)}KERN!`],
    ['(?:a|a)+KERN$', `${'a'.repeat(4_000)}KERN!`],
    ['(?:a|aa)+KERN$', `${'a'.repeat(4_000)}KERN!`],
    ['^(?:(?:a+b?)+c?)+KERN$', `${'ab'.repeat(2_000)}KERN!`],
    ['.*a.*a.*a.*a.*a.*KERN$', `${'a'.repeat(4_000)}KERN!`],
    ['\\d+\\d+\\d+\\d+\\d+KERN$', `${'1'.repeat(4_000)}KERN!`],
    ['(?:\\w+\\s?)+KERN$', `${'a '.repeat(2_000)}KERN!`],
    ['a{0,200}a{0,200}a{0,200}KERNX', `${'a'.repeat(4_000)}KERN`],
  ])('%s takes no more steps than line times pattern, though it would hang RegExp', (source, line) => {
    const pattern = compiled(source);
    const tally = { steps: 0 };
    expect(matchLine(pattern, line, tally)).toBeUndefined();
    expect(tally.steps).toBeLessThanOrEqual((line.length + 1) * pattern.program.length);
  });

  it.each([
    ['(worker', 'at character 1: a group is opened and never closed'],
    ['worker)', 'at character 7: ")" closes a group that was never opened'],
    ['worker [0-9', 'at character 8: "[" is never closed'],
    ['worker []', '"[]" fits no character at all'],
    ['worker [z-a]', 'must go from a lower to a higher character'],
    ['(?=worker)', 'it looks ahead or behind'],
    ['(?<!x)worker', 'it looks ahead or behind'],
    ['(?<pid>\\d+) worker \\1', '\\1 refers back to an earlier group'],
    ['(?<pid>\\d+) worker \\k<pid>', '\\k refers back to an earlier group'],
    ['(?<pid>\\d+) worker (?<pid>\\d+)', 'two groups are named "pid"'],
    ['(?i)worker', '"(?" begins (?:…) or (?<name>…) here'],
    ['(?:worker (?<pid>\\d+) )+', 'a named group stands inside a repetition'],
    ['(?:a*)*worker', 'repeats something that may be empty'],
    ['worker a**', 'repeats a repetition'],
    ['*worker', '"*" has nothing to repeat'],
    ['worker {x}', '"{" stands for a count'],
    ['worker a{5,2}', 'can never fit'],
    ['worker \\p{L}', '\\p is not known; known are \\d \\w \\s'],
    ['^*worker', 'cannot be repeated'],
    ['.*', 'holds no 4 fixed characters in a row'],
    ['(?:died|killed) \\d+', 'holds no 4 fixed characters in a row'],
    ['(?:a{1,100}){1,100}worker', 'comes to more than 2000 steps'],
    [`worker${'x'.repeat(500)}`, 'has 506 characters, and at most 400 are read'],
  ])('%s is refused with words', (source, words) => {
    expect(problemOf(source)).toContain(words);
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (source, line) => {
        const compilation = compilePattern(source);
        if (compilation.ok) expect(matchLine(compilation.pattern, line)).toEqual(likeRegExp(source, line));
        else expect(compilation.problem.length).toBeGreaterThan(20);
      }),
      { numRuns: 3_000 },
    );
  });

  it('looks at the first 4,096 characters of a line', () => {
    expect(matchLine(compiled('worker'), `${'x'.repeat(4_090)}worker`)).toEqual({});
    expect(matchLine(compiled('worker'), `${'x'.repeat(4_091)}worker`)).toBeUndefined();
  });
});
