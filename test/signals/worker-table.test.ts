import { describe, expect, it } from 'vitest';
import { bootEpochFromUptime } from '../../src/signals/host-memory.ts';
import { readProcessList, readWorkerTable } from '../../src/signals/worker-table.ts';
import { fixture, withoutLines } from './host-state-fixture.ts';

const BOOT = 1_795_342_110_000;
const STAT = '7 (gunicorn: worke) S 5 7 7 0 -1 0 0 0 0 0 12 8 0 0 20 0 4 0 500 1000 25 0';

describe('the process table of a unit', () => {
  it('reads the processes of a capture, kernel text and all', () => {
    const command = '/usr/bin/python3 /usr/bin/gunicorn --config /srv/app/gunicorn.conf.py app:app';
    expect(withoutLines(readWorkerTable(fixture('proc-vm.txt'), 's', BOOT).slice(0, 2))).toEqual([
      {
        pid: 827,
        parentPid: 1,
        comm: 'gunicorn',
        rssBytes: 29_196 * 1024,
        startedAtMs: BOOT + 172_170,
        cpuMs: 2_700,
        threads: 1,
        commandLine: command,
      },
      {
        pid: 845,
        parentPid: 827,
        comm: 'gunicorn',
        rssBytes: 102_524 * 1024,
        startedAtMs: BOOT + 206_530,
        cpuMs: 2_810,
        threads: 1,
        commandLine: command,
      },
    ]);
  });

  it('keeps the stat line, which names pid, parent and start', () => {
    expect(readWorkerTable(fixture('proc-vm.txt'), 's')[0]?.line).toMatchObject({
      source: 'worker-table',
      text: expect.stringMatching(/^stat 827 \(gunicorn\) S 1 827 /),
    });
  });

  it('needs the boot instant to date a start', () => {
    expect(readWorkerTable(fixture('proc-vm.txt'), 's')[0]).not.toHaveProperty('startedAtMs');
  });

  it.each([
    ['gunicorn: worke', STAT],
    ['a) (b c) S 1', STAT.replace('gunicorn: worke', 'a) (b c) S 1')],
    ['', STAT.replace('gunicorn: worke', '')],
  ])('a name of %j does not move the fields', (comm, stat) => {
    const [process] = readWorkerTable(`### 7\ngunicorn\nPPid:\t5\n${stat}\n`, 's', 0);
    expect(process).toMatchObject({ comm, parentPid: 5, cpuMs: 200, startedAtMs: 5_000, threads: 4 });
    expect(process?.line.text).toBe(stat);
  });

  it('counts pages where the status has no VmRSS', () => {
    expect(readWorkerTable(`### 7\n\n${STAT}\n`, 's')[0]?.rssBytes).toBe(25 * 4096);
  });

  it('leaves out a process that ended while it was read', () => {
    expect(
      readWorkerTable(`### 7\n### 8\ngunicorn\nName:\tgunicorn\nPPid:\t5\n`, 's').map(p => p.pid),
    ).toEqual([8]);
  });

  it('does not take a stat line of another process that stands in a command line', () => {
    const text = `### 7\nsh\nName:\tsh\nPPid:\t1\n9 (evil) S 2 ${'0 '.repeat(30)}\n`;
    expect(readWorkerTable(text, 's')).toMatchObject([{ pid: 7, parentPid: 1, comm: 'sh' }]);
  });
});

describe('the process list of a bundle', () => {
  const utc = { errorMs: 0, utcOffsetMinutes: 0, assumed: false };

  it('goes by the header and names scripts, not their interpreter', () => {
    const [worker] = readProcessList(fixture('ps-qemu.txt'), 's', utc);
    expect(withoutLines(worker)).toEqual({
      pid: 253,
      parentPid: 235,
      comm: 'gunicorn',
      rssBytes: 127_312 * 1024,
      startedAtMs: Date.parse('2026-11-22T10:37:42Z'),
      commandLine: '/usr/bin/python3 /usr/bin/gunicorn --config /srv/app/gunicorn.conf.py app:app',
    });
  });

  it('does not date starts without the zone of the server', () => {
    const list = readProcessList(fixture('ps-qemu.txt'), 's', { ...utc, assumed: true });
    expect(list.length).toBeGreaterThan(4);
    expect(list.every(process => process.startedAtMs === undefined)).toBe(true);
  });

  it('agrees with the boot instant: the master began after the boot, as ps says', () => {
    const boot = bootEpochFromUptime(fixture('meminfo-qemu.txt')) ?? 0;
    const init = readProcessList(fixture('ps-qemu.txt'), 's', utc).find(process => process.pid === 1);
    expect(Math.abs((init?.startedAtMs ?? 0) - boot)).toBeLessThan(1_000);
  });

  it('gives nothing for a list that ps could not finish', () => {
    expect(readProcessList(fixture('ps-broken.txt'), 's', utc)).toEqual([]);
  });
});
