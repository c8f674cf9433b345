import { expect, it } from 'vitest';
import { readWorkerMemory } from '../../src/growth/worker-memory-csv.ts';

const HEADER = 'minute,pid,starttime,rss_kb,pss_kb,uss_kb,served,master_rss_kb';

it('makes lives of rows, by pid and start', () => {
  const text = `${HEADER}\n3,10,500,2048,,,7,999\n4,10,500,3072,2900,1024,9,999\n4,10,900,1024,,,,\n`;
  expect(readWorkerMemory(text)).toMatchObject({
    ok: true,
    skippedRows: 0,
    lives: [
      {
        pid: 10,
        startTicks: 500,
        points: [
          { atMs: 180_000, rssBytes: 2_097_152, served: 7 },
          { atMs: 240_000, rssBytes: 3_145_728, ussBytes: 1_048_576, served: 9 },
        ],
      },
      { pid: 10, startTicks: 900, points: [{ atMs: 240_000, rssBytes: 1_048_576 }] },
    ],
  });
});

it.each([
  ['columns in another order and others between', 'host,rss_kb,starttime,pid,minute\nweb-1,1024,500,10,3\n'],
  [
    'line ends of Windows and a byte order mark',
    '\uFEFFminute,pid,starttime,rss_kb\r\n3,10,500,1024\r\n\r\n',
  ],
  ['names in capitals with blanks', 'Minute, PID, StartTime, RSS_kb\n3, 10, 500, 1024'],
])('reads %s', (_, text) => {
  expect(readWorkerMemory(text)).toMatchObject({
    ok: true,
    lives: [{ pid: 10, startTicks: 500, points: [{ atMs: 180_000, rssBytes: 1_048_576 }] }],
  });
});

it('skips rows without a needed number, and counts them', () => {
  const text =
    'minute,pid,starttime,rss_kb\n3,10,500,1024\n4,10,500\n5,10,500,n/a\n6,x,500,1024\n7,10,500,0\n-1,10,500,5\n';
  expect(readWorkerMemory(text)).toMatchObject({ ok: true, skippedRows: 5 });
});

it.each([
  ['', 'names no column minute, pid, starttime, rss_kb'],
  ['minute,pid,rss_kb\n3,10,1024\n', 'names no column starttime;'],
  ['minute,pid,starttime,rss_kb\n', 'holds no row'],
  ['minute,pid,starttime,rss_kb\na,b,c,d\n', 'holds no row'],
])('says what is wrong with %j', (text, problem) => {
  const recording = readWorkerMemory(text);
  expect(recording.ok ? '' : recording.problem).toContain(problem);
});
