import { describe, expect, it } from 'vitest';
import { readCgroupMemory } from '../../src/signals/cgroup-memory.ts';
import { fixture, withoutLines } from './host-state-fixture.ts';

describe('memory files of a unit', () => {
  it.each([
    [
      'cgroup-v2-qemu.txt',
      {
        version: 2,
        oomKills: 7,
        limitHits: 1870,
        highHits: 0,
        limitBytes: 234_881_024,
        currentBytes: 230_219_776,
        peakBytes: 234_881_024,
        swapBytes: 0,
        pressureSome: 0.76,
        pressureFull: 0.38,
        pids: [235, 253, 254, 255, 256],
      },
    ],
    [
      'cgroup-v1-ns.txt',
      {
        version: 1,
        oomKills: 10,
        limitHits: 3701,
        limitBytes: 234_881_024,
        currentBytes: 210_403_328,
        peakBytes: 234_881_024,
        swapBytes: 0,
        pids: [200, 220, 221, 222, 223],
      },
    ],
  ])('%s is read', (name, expected) => {
    expect(withoutLines(readCgroupMemory(fixture(name), 's'))).toEqual(expected);
  });

  it.each([
    ['cgroup-v2-qemu.txt', 'memory.events:oom_kill 7'],
    ['cgroup-v1-ns.txt', 'memory.oom_control:oom_kill 10'],
  ])('%s: the kill counter keeps its line', (name, text) => {
    expect(readCgroupMemory(fixture(name), 's')?.oomKillsLine).toEqual({
      server: 's',
      source: 'cgroup-memory',
      text,
    });
  });

  it('counts kills in the whole subtree, not of the level alone', () => {
    const text = 'memory.events:oom_kill 3\nmemory.events.local:oom_kill 0\n';
    expect(readCgroupMemory(text, 's')?.oomKills).toBe(3);
  });

  it.each([
    ['memory.max:max', 'memory.current:1'],
    ['memory.limit_in_bytes:9223372036854771712', 'memory.usage_in_bytes:1'],
  ])('%s is no limit', (...rows) => {
    const memory = readCgroupMemory(`${rows.join('\n')}\n`, 's');
    expect(memory?.currentBytes).toBe(1);
    expect(memory).not.toHaveProperty('limitBytes');
  });

  it('gives v1 swap as what memory and swap together exceed memory', () => {
    const text = 'memory.usage_in_bytes:100\nmemory.memsw.usage_in_bytes:130\n';
    expect(readCgroupMemory(text, 's')?.swapBytes).toBe(30);
  });

  it('says nothing about kills where the kernel does not count them', () => {
    const memory = readCgroupMemory('memory.oom_control:under_oom 0\nmemory.usage_in_bytes:5\n', 's');
    expect(memory).not.toHaveProperty('oomKills');
  });

  it.each(['', 'cat: /sys/fs/cgroup/x/memory.events: Permission denied\n', 'memory.events\n'])(
    'gives nothing for %j',
    text => expect(readCgroupMemory(text, 's')).toBeUndefined(),
  );
});
