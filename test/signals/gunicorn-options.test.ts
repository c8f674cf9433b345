import { describe, expect, it } from 'vitest';
import { gunicornWords, parseGunicornArguments, shellWords } from '../../src/signals/gunicorn-options.ts';

const values = (words: string) => Object.fromEntries(parseGunicornArguments(words.split(' ')).values);

describe('arguments by the rules of argparse', () => {
  it.each([
    ['--workers 4 app:app', { workers: ['4'] }],
    ['--workers=4', { workers: ['4'] }],
    ['-w 4 -t30 -k=gevent', { workers: ['4'], timeout: ['30'], 'worker-class': ['gevent'] }],
    ['--max-requests 333 --max-requests 444', { 'max-requests': ['333', '444'] }],
    ['--max-requests-j 50', { 'max-requests-jitter': ['50'] }],
    ['--max-requests 5', { 'max-requests': ['5'] }],
    ['--max-r 5', {}],
    ['--prel', { preload: [''] }],
    ['--thr=2 --grace 9', { threads: ['2'], 'graceful-timeout': ['9'] }],
    ['--worker 4', {}],
    ['-b 127.0.0.1:1 --bind unix:/x', { bind: ['127.0.0.1:1', 'unix:/x'] }],
    ['-Dw4', { daemon: [''], workers: ['4'] }],
    ['--env A=-w9 -w 2', { env: ['A=-w9'], workers: ['2'] }],
    ['app:app -- -w 4', {}],
    ['--access-logformat %(h)s -w 3', { 'access-logformat': ['%(h)s'], workers: ['3'] }],
    ['-w', { workers: [''] }],
    ['--', {}],
  ])('%s', (words, expected) => expect(values(words)).toEqual(expected));

  it('is not complete when a variable may stand for options', () => {
    expect(parseGunicornArguments(['$ARGS', 'app:app']).complete).toBe(false);
    expect(parseGunicornArguments(['--workers', '4', 'app:app']).complete).toBe(true);
  });
});

describe('command lines that run Gunicorn', () => {
  it.each([
    ['/usr/bin/python3 /usr/bin/gunicorn -w 4', ['-w', '4']],
    ['/srv/venv/bin/python -m gunicorn -w 4', ['-w', '4']],
    ['/usr/bin/env gunicorn3 app', ['app']],
    ['/bin/sh -c exec gunicorn -w 4', ['-w', '4']],
    ['gunicorn: master [app]', undefined],
    ['/srv/app/start.sh', undefined],
    ['', undefined],
  ])('%s', (line, words) => expect(gunicornWords(line.split(' '))).toEqual(words));
});

describe('shell words', () => {
  it.each([
    ['--max-requests 777 --timeout=60', ['--max-requests', '777', '--timeout=60']],
    [`"GUNICORN_CMD_ARGS=--a 1 --b 2" 'x y'`, ['GUNICORN_CMD_ARGS=--a 1 --b 2', 'x y']],
    ['a\\ b "c\\"d" \'e\\f\' ""', ['a b', 'c"d', 'e\\f', '']],
    ['a"b c"d', ['ab cd']],
    ['"unclosed x', ['unclosed x']],
    ['  ', []],
  ])('%s', (text, words) => expect(shellWords(text)).toEqual(words));
});
