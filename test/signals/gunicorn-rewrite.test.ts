import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGunicornArguments, shellWords } from '../../src/signals/gunicorn-options.ts';
import { shellText, withGunicornOptions } from '../../src/signals/gunicorn-rewrite.ts';

const SETTINGS = { 'max-requests': 800, 'max-requests-jitter': 90 };
const rewritten = (text: string) => withGunicornOptions(text.split(' '), SETTINGS).join(' ');

describe("Gunicorn's options, rewritten", () => {
  it.each([
    ['absent', 'app:app', 'app:app --max-requests 800 --max-requests-jitter 90'],
    [
      'each with its value beside it',
      '--max-requests 5 --max-requests-jitter 1 app:app',
      '--max-requests 800 --max-requests-jitter 90 app:app',
    ],
    [
      'joined by =',
      '--max-requests=5 app:app --max-requests-jitter=1',
      '--max-requests=800 app:app --max-requests-jitter=90',
    ],
    [
      'given twice',
      '--max-requests 5 -b :1 --max-requests 6 --max-requests-jitter 1 app:app',
      '--max-requests 800 -b :1 --max-requests-jitter 90 app:app',
    ],
    [
      'abbreviated, which stays and is overruled',
      '--max-requests-j 5 --max-requests 5 app:app',
      '--max-requests-j 5 --max-requests 800 app:app --max-requests-jitter 90',
    ],
    ['before a --', '--max-requests 5 -- app:app', '--max-requests 800 --max-requests-jitter 90 -- app:app'],
  ])('%s', (_, before, after) => {
    expect(rewritten(before)).toBe(after);
  });

  it.each([
    ['-w 4 a:b', '-w 2 a:b'],
    ['-w4 a:b', '--workers=2 a:b'],
    ['-Dw4 a:b', '-Dw4 a:b --workers 2'],
    ['--workers 4 -w 5 a:b', '--workers 2 a:b'],
  ])('the number of workers: %s becomes %s', (before, after) => {
    expect(withGunicornOptions(before.split(' '), { workers: 2 }).join(' ')).toBe(after);
  });

  const words = fc.array(
    fc.oneof(
      fc.constantFrom(
        '--max-requests',
        '--max-requests=7',
        '--max-requests-j=3',
        '-w',
        '-w3',
        '-Rw',
        '--preload',
      ),
      fc.constantFrom('-b', ':8000', '--bind=:1', '4', 'app:app', '--name', '--', '--max-requests-jitter=1'),
    ),
    { maxLength: 12 },
  );

  it('whatever stood there, the values are in force, twice is once, and every other word stays', () => {
    fc.assert(
      fc.property(words, given => {
        const once = withGunicornOptions(given, SETTINGS);
        const { values } = parseGunicornArguments(once);
        // A value that is missing at the end takes the next word for it: no such line ever started Gunicorn.
        const isWhole = parseGunicornArguments(given).uses.every(use => use.at + use.words <= given.length);
        fc.pre(isWhole);
        expect(values.get('max-requests')?.at(-1)).toBe('800');
        expect(values.get('max-requests-jitter')?.at(-1)).toBe('90');
        expect(withGunicornOptions(once, SETTINGS)).toEqual(once);
        const others = (all: readonly string[]) =>
          [...parseGunicornArguments(all).values].filter(([name]) => !name.startsWith('max-requests'));
        expect(others(once)).toEqual(others(given));
        expect(parseGunicornArguments(once).positionals).toEqual(parseGunicornArguments(given).positionals);
      }),
      { numRuns: 2_000 },
    );
  });

  it('words come back from the text, in Python too', () => {
    const lists = fc.sample(fc.array(fc.string({ unit: 'binary' }).filter(word => !word.includes('\0'))), {
      numRuns: 300,
      seed: 3,
    });
    for (const list of lists) expect(shellWords(shellText(list))).toEqual(list);
    const program =
      'import json,shlex,sys\nprint(json.dumps([shlex.split(t) for t in json.load(sys.stdin)]))';
    const input = JSON.stringify(lists.map(shellText));
    const run = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
    expect(JSON.parse(run.stdout)).toEqual(lists);
  });
});
