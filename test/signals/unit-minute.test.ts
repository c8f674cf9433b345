import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masterOf, type UnitProcess } from '../../src/signals/master-process.ts';
import { readUnitMinute } from '../../src/signals/unit-minute.ts';

const ANSWER = `boot 99164deb-0afc-47fe-813d-8d56d75efcae
page 4096
process 827 1 S 7000 7299 gunicorn
process 828 827 S 7101 9143 (a) b) R 1 7
process 829 827 Z 7102 0 gunicorn
unread 2
uss 828 12400
memory.current:98869248
memory.max:234881024
memory.high:max
memory.events:oom_kill 9
above:oom_kill 12
MemTotal:       24684084 kB
MemAvailable:   23489700 kB
log 1 read 65024:2190707 5100 25 3 1 0
log 2 lost
log 2 read 65024:9 44 2 1 0 0
log 3 denied
`;

describe('a minute of a unit', () => {
  it('is read whole', () => {
    const got = readUnitMinute(ANSWER, 'app1');
    expect(got).toMatchObject({
      bootId: '99164deb-0afc-47fe-813d-8d56d75efcae',
      unitAbsent: false,
      unread: 2,
      leftOut: 0,
      memory: { currentBytes: 98_869_248, limitBytes: 234_881_024, oomKills: 9 },
      killsAbove: 12,
      uss: { pid: 828, bytes: 12_400 * 1024 },
      host: { totalBytes: 24_684_084 * 1024, availableBytes: 23_489_700 * 1024 },
    });
    expect(got?.memory?.highBytes).toBeUndefined();
    expect(got?.processes[1]).toEqual({
      pid: 828,
      parentPid: 827,
      state: 'S',
      startTicks: 7101,
      rssBytes: 9143 * 4096,
      comm: '(a) b) R 1 7',
    });
    expect(got?.logs).toEqual([
      {
        state: 'read',
        cursor: { file: '65024:2190707', offset: 5_100 },
        requests: 25,
        http502: 3,
        http504: 1,
        skippedBytes: 0,
      },
      {
        state: 'lost',
        cursor: { file: '65024:9', offset: 44 },
        requests: 2,
        http502: 1,
        http504: 0,
        skippedBytes: 0,
      },
      { state: 'denied', requests: 0, http502: 0, http504: 0, skippedBytes: 0 },
    ]);
  });

  it.each([
    ['nothing at all', ''],
    ['another verb', 'MemTotal: 1 kB\n'],
    ['a boot without a name', 'boot \nprocess 1 2 S 3 4 x\n'],
  ])('is not made of %s', (_, text) => {
    expect(readUnitMinute(text, 'app1')).toBeUndefined();
  });

  it('takes the page size of the server', () => {
    const text = 'boot b\npage 65536\nprocess 5 1 S 9 10 gunicorn\n';
    expect(readUnitMinute(text, 'app1')?.processes[0]?.rssBytes).toBe(655_360);
  });

  it('says that unshared memory is closed', () => {
    expect(readUnitMinute('boot b\nuss 828 denied\n', 'app1')?.uss).toEqual({ pid: 828 });
  });

  it('reads whatever comes without throwing, and numbers only as numbers', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('log', 'process', '-1', '1e9', '9'.repeat(30), 'read', '1:2'),
    );
    const line = fc.array(word, { maxLength: 9 }).map(words => words.join(' '));
    const text = fc
      .array(fc.oneof(line, fc.constantFrom(...ANSWER.split('\n'))))
      .map(lines => lines.join('\n'));
    fc.assert(
      fc.property(text, answer => {
        const got = readUnitMinute(`boot b\n${answer}`, 'app1');
        for (const { pid, startTicks, rssBytes } of got?.processes ?? [])
          for (const value of [pid, startTicks, rssBytes]) expect(Number.isSafeInteger(value)).toBe(true);
        for (const log of got?.logs ?? []) if (log) expect(log.http502).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});

const process = (pid: number, parentPid: number, comm = 'gunicorn', state = 'S'): UnitProcess => ({
  pid,
  parentPid,
  comm,
  state,
  startTicks: pid,
  rssBytes: 1,
});

describe('the master', () => {
  it.each([
    {
      name: 'the one with its parent outside',
      all: [process(10, 1), process(11, 10), process(12, 10)],
      pid: 10,
    },
    { name: 'alone, while it boots', all: [process(10, 1)], pid: 10 },
    { name: 'with one worker', all: [process(10, 1), process(11, 10)], pid: 10 },
    {
      name: 'with one worker that runs a program',
      all: [process(10, 1), process(11, 10), process(12, 11, 'convert')],
      pid: 10,
    },
    {
      name: 'with titles of their own',
      all: [process(10, 1, 'gunicorn: maste'), process(11, 10, 'gunicorn: worke'), process(12, 11, 'sh')],
      pid: 10,
    },
    {
      name: 'below a start script',
      all: [process(9, 1, 'sh'), process(10, 9), process(11, 10), process(12, 10)],
      pid: 10,
    },
    {
      name: 'below two of them, with one worker',
      all: [process(8, 1, 'sh'), process(9, 8, 'uv'), process(10, 9), process(11, 10)],
      pid: 10,
    },
    {
      name: 'beside an orphan of an earlier start',
      all: [process(5, 1), process(10, 1), process(11, 10), process(12, 10)],
      pid: 10,
    },
    { name: 'when a zombie is its child', all: [process(10, 1), process(11, 10, 'gunicorn', 'Z')], pid: 10 },
    { name: 'of nothing', all: [], pid: undefined },
  ])('is found $name', ({ all, pid }) => {
    expect(masterOf(all)?.pid).toBe(pid);
    expect(masterOf(all.toReversed())?.pid).toBe(pid);
  });
});
