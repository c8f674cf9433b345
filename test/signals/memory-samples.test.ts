import { expect, it } from 'vitest';
import { readMemorySamples } from '../../src/signals/memory-samples.ts';
import { fixture } from './host-state-fixture.ts';

it.each(['rss-vm.csv', 'rss-ns.csv'])('%s: every row is a sample', name => {
  expect(readMemorySamples(fixture(name), 's')).toHaveLength(11);
});

it('gives bytes, milliseconds and the row', () => {
  const text =
    'ts,pid,ppid,vmrss_kb,rssanon_kb,oom_score,mem_current,oom_kill\n1795342291.525,828,827,36572,27944,715,98869248,0\n';
  expect(readMemorySamples(text, 's')).toEqual([
    {
      atMs: 1_795_342_291_525,
      pid: 828,
      parentPid: 827,
      rssBytes: 36_572 * 1024,
      unitBytes: 98_869_248,
      oomKills: 0,
      line: {
        server: 's',
        source: 'memory-samples',
        text: '1795342291.525,828,827,36572,27944,715,98869248,0',
      },
    },
  ]);
});

it('goes by the header and leaves empty columns out', () => {
  const [sample] = readMemorySamples('ts,ppid,pid,vmrss_kb,mem_current,oom_kill\n10,1,2,3,,\n', 's');
  expect(sample).toMatchObject({ atMs: 10_000, pid: 2, parentPid: 1, rssBytes: 3_072 });
  expect(sample).not.toHaveProperty('unitBytes');
  expect(sample).not.toHaveProperty('oomKills');
});

it.each([
  '',
  '# stderr: cat: /run/lab-rss.csv: No such file or directory\n',
  '1,2,3,4\n',
  'ts,pid,ppid,vmrss_kb\n1.5,7,1\nx,7,1,5\n1.5,7,1,-5\n',
])('no samples in %j', text => expect(readMemorySamples(text, 's')).toEqual([]));
