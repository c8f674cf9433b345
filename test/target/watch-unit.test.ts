import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { masterOf } from '../../src/signals/master-process.ts';
import { readUnitMinute } from '../../src/signals/unit-minute.ts';
import { ask, call, canBecomeNobody, platforms } from './read-script.ts';
import { canMakeCgroups, WatchedUnit } from './watched-unit.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-watch-'));
chmodSync(home, 0o755);
afterAll(() => rmSync(home, { recursive: true }));

const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** What the kernel says of a process, by field numbers of proc(5). */
function statOf(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { pid, parentPid: field(4), startTicks: field(22), rssBytes: field(24) * PAGE_BYTES };
}

describe.each(platforms(home))('on $name', platform => {
  const minute = (args: readonly string[], circumstances = {}) => {
    const told = ask(platform, 'watch-sample', args, circumstances);
    expect([told.exitCode, told.complaint]).toEqual([0, '']);
    return readUnitMinute(told.text, 'app1');
  };

  it('tells of the host without a unit', () => {
    const got = minute(['-', '-']);
    expect(got?.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(got?.host?.totalBytes).toBeGreaterThan(got?.host?.availableBytes ?? Number.POSITIVE_INFINITY);
    expect(got).toMatchObject({ processes: [], unitAbsent: false, logs: [] });
  });

  it('says that a unit does not run, and tells the rest', () => {
    const got = minute(['/system.slice/nothing-of-this-name.service', '-']);
    expect(got).toMatchObject({ unitAbsent: true, processes: [] });
    expect(got?.host?.totalBytes).toBeGreaterThan(0);
  });

  it.each([['/'], ['system.slice'], ['/../etc'], ['/a b'], ['/$(id)']])('refuses the cgroup "%s"', group => {
    expect(ask(platform, 'watch-sample', [group, '-']).exitCode).toBe(64);
  });

  it.each([
    [['relative.log', 'after-request', '-', '0']],
    [['/a/../b.log', 'after-request', '-', '0']],
    [['/a.log', 'field:0', '-', '0']],
    [['/a.log', 'after-request', '$(id)', '0']],
    [['/a.log', 'after-request', '1:2', '-5']],
    [['/a.log', 'after-request', '1:2', '99999999999999999999']],
    [['/a.log']],
  ])('refuses the log %j', log => {
    const told = ask(platform, 'watch-sample', ['-', '-', ...log]);
    expect([told.exitCode, told.text]).toEqual([64, '']);
  });

  describe.runIf(canMakeCgroups)('of a real unit', () => {
    let unit: WatchedUnit | undefined;
    afterEach(async () => {
      await unit?.stop();
      unit = undefined;
    });
    const started = async (count: number, names: readonly string[] = []) => {
      unit = new WatchedUnit('unit');
      await unit.start(count, names);
      return unit;
    };

    it('tells every process as the kernel does, its master and its memory', async () => {
      const { cgroup, pids, masterPid } = await started(5);
      const got = minute([cgroup, '-']);
      expect(
        got?.processes.map(({ pid, parentPid, startTicks }) => ({ pid, parentPid, startTicks })),
      ).toEqual(pids.map(statOf).map(({ pid, parentPid, startTicks }) => ({ pid, parentPid, startTicks })));
      for (const process of got?.processes ?? [])
        expect(Math.abs(process.rssBytes - statOf(process.pid).rssBytes)).toBeLessThan(1024 * 1024);
      expect(masterOf(got?.processes ?? [])?.pid).toBe(masterPid);
      expect(got?.memory?.currentBytes).toBeGreaterThan(0);
      expect(got?.memory).toMatchObject({ oomKills: 0 });
      expect(got?.memory?.limitBytes).toBeUndefined();
    });

    it('reads a process by its numbers, whatever it calls itself', async () => {
      const names = [
        '(a) b) R 1 7 7',
        'x\n### 1 (y) R',
        'y) S 9 9\n8 (z',
        ')',
        '7 (b) S 1 1 1',
        ' ',
        '\\n%s$(id)',
        '\xff\xfe',
      ];
      const { cgroup, masterPid } = await started(names.length, names);
      const got = minute([cgroup, '-']);
      const workers = got?.processes.filter(({ pid }) => pid !== masterPid) ?? [];
      expect(workers.length).toBe(names.length);
      for (const worker of workers) {
        const { parentPid, startTicks } = statOf(worker.pid);
        expect(worker).toMatchObject({ parentPid: masterPid, startTicks });
        expect(parentPid).toBe(masterPid);
      }
      expect(workers.map(({ comm }) => comm)).toContain('(a) b) R 1 7 7');
    });

    it('finds the processes of cgroups that the unit made below its own', async () => {
      const delegating = await started(3);
      const [moved] = delegating.pids.filter(pid => pid !== delegating.masterPid);
      delegating.delegate(moved ?? 0);
      expect(minute([delegating.cgroup, '-'])?.processes.length).toBe(4);
    });

    it('reads the unshared memory of one process of the unit and of no other', async () => {
      const { cgroup, pids } = await started(2);
      const pid = pids.at(-1) ?? 0;
      const got = minute([cgroup, String(pid)]);
      expect(got?.uss?.pid).toBe(pid);
      expect(got?.uss?.bytes).toBeGreaterThan(4096);
      expect(minute([cgroup, '1'])?.uss).toBeUndefined();
    });

    it.runIf(canBecomeNobody)('says that unshared memory is closed to it, and reads the rest', async () => {
      const { cgroup, pids } = await started(2);
      const got = minute([cgroup, String(pids.at(-1))], { asNobody: true });
      expect(got?.processes.length).toBe(3);
      expect(got?.uss).toEqual({ pid: pids.at(-1) });
    });

    it('lists 500 processes at most and says how many are left out', async () => {
      const { cgroup } = await started(520);
      const got = minute([cgroup, '-']);
      expect([got?.processes.length, got?.leftOut]).toEqual([500, 21]);
    });
  });

  describe('of files in the form of cgroup v2', () => {
    it('tells limits, events and what the slice above has counted', () => {
      const mount = mkdtempSync(join(home, 'v2-'));
      const folder = join(mount, 'slice', 'app.service');
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries({
        'memory.current': '98869248\n',
        'memory.max': '234881024\n',
        'memory.high': 'max\n',
        'memory.events': 'low 0\nhigh 4\nmax 8079\noom 462\noom_kill 9\noom_group_kill 0\n',
        'cgroup.procs': '999999999\n',
        '../memory.events': 'oom 500\noom_kill 12\n',
      }))
        writeFileSync(join(folder, name), text);
      const told = call(platform, 'eval', [`watch_mounts=${mount}; ask_watch_sample /slice/app.service -`]);
      expect(readUnitMinute(told.text, 'app1')).toMatchObject({
        memory: {
          currentBytes: 98_869_248,
          limitBytes: 234_881_024,
          highHits: 4,
          limitHits: 8_079,
          oomKills: 9,
        },
        killsAbove: 12,
        unread: 1,
      });
    });
  });
});
