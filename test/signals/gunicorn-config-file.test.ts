import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/signals/gunicorn-config-file.ts';
import { fixture } from './host-state-fixture.ts';

const value = (text: string, name = 'workers') => readConfigFile(text).assignments.get(name)?.value;

describe('assignments of gunicorn.conf.py', () => {
  it.each([
    ['workers = 4', 4],
    ['workers=4 # four', 4],
    ['workers = 1_000', 1_000],
    ['workers = 60 * 5', 300],
    ['workers = 2 * 2 + 1', 5],
    ['workers = -1', -1],
    ['workers = int("3")', 3],
    ["workers = int('3' )", 3],
    ['workers = "4"', '4'],
    ['workers: int = 4', 4],
    ['threads = workers = 4', 4],
    ['workers = 3\nworkers = 4', 4],
    ['workers = \\\n  4', 4],
    ['x = [\n  1,\n]; workers = 4', 4],
    ['"""\nworkers = 9\n"""\nworkers = 4', 4],
    ['note = "# workers = 9"\nworkers = 4', 4],
    ['workers = 4\ndef f():\n    workers = 9\n', 4],
    ['if x:\n    workers = 9\nworkers = 4', 4],
    ['workers = True', true],
    ['workers = ["a:1", \'b:2\',]', ['a:1', 'b:2']],
    ['workers = ("a:1",)', ['a:1']],
    ['workers = """x"""', 'x'],
    ['workers = r"\\d"', '\\d'],
    ['workers = 4\r\nx = 1\r\n', 4],
  ])('%j', (text, expected) => expect(value(text)).toEqual(expected));

  it.each([
    'workers = multiprocessing.cpu_count() * 2 + 1',
    'workers = int(os.environ.get("W", "4"))',
    'workers = f"{x}"',
    'workers = "a" "b"',
    'workers = x',
    'workers = 4 if big else 2',
    'workers = 30.5',
    'workers = 2 ** 3',
    'workers = 4 + -1',
    'workers = 4\nworkers += 1',
    'workers = 4\nworkers, threads = 2, 3',
    'if x:\n    workers = 4',
    'if x: workers = 4',
    'if x: y = 1; workers = 4',
    'try:\n    workers = 4\nexcept E:\n    pass',
    'from settings import a, n as workers',
    'workers = [x for x in y]',
    'workers = {}',
    'workers = "a\\nb"',
  ])('%j is computed', text => expect(value(text)).toBe('computed'));

  it.each([
    ['workers == 4', 'workers'],
    ['# workers = 4', 'workers'],
    ['app.workers = 4', 'workers'],
    ['print(workers=4)', 'workers'],
    ['class A:\n    workers = 4', 'workers'],
    ['Workers = 4', 'workers'],
  ])('%j sets nothing', (text, name) => expect(value(text, name)).toBeUndefined());

  it('keeps the line', () => {
    expect(readConfigFile('a = 1\nworkers = 4  # four\n').assignments.get('workers')?.lineText).toBe(
      'workers = 4  # four',
    );
  });

  it.each([
    ['workers = 4\nfrom base import *', false, undefined],
    ['from base import *\nworkers = 4', false, 4],
    ['globals()["workers"] = 4', false, undefined],
    ['x = (1,\nworkers = 4', false, undefined],
    ['import os\nworkers = 4', true, 4],
  ])('%j: complete %s', (text, complete, workers) => {
    const file = readConfigFile(text);
    expect(file.complete).toBe(complete);
    expect(file.assignments.get('workers')?.value).toBe(workers);
  });

  it('reads the captured servers’ own file: one literal, the rest computed', () => {
    const { assignments, complete } = readConfigFile(fixture('gunicorn.conf.py.txt'));
    expect(complete).toBe(true);
    expect(assignments.get('bind')?.value).toBe('unix:/run/gunicorn/app.sock');
    expect(
      ['workers', 'threads', 'timeout', 'max_requests'].map(name => assignments.get(name)?.value),
    ).toEqual(Array(4).fill('computed'));
  });
});
