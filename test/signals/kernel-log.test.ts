import { describe, expect, it } from 'vitest';
import { createKernelLogReader } from '../../src/signals/kernel-log.ts';
import type { KernelOomKill, Signal } from '../../src/signals/signal.ts';
import { fixtureLines, inUtc } from './server.ts';

const MIB = 1_048_576;
const settings = { referenceMs: Date.UTC(2026, 10, 23), bootEpochMs: 1_795_340_000_000 };

function signalsOf(lines: readonly string[]): readonly Signal[] {
  const reader = createKernelLogReader(inUtc, settings);
  for (const line of lines) reader.readLine(line);
  return reader.finish();
}
const killsOf = (lines: readonly string[]) =>
  signalsOf(lines).filter((signal): signal is KernelOomKill => signal.kind === 'kernel-oom-kill');
/** Messages of one report, a millisecond apart, as dmesg prints them. */
const report = (...messages: string[]) =>
  messages.map((text, at) => `[  100.${String(at).padStart(3, '0')}000] ${text}`);

const KILLED =
  'Memory cgroup out of memory: Killed process 832 (gunicorn) total-vm:93612kB, anon-rss:75516kB, file-rss:8628kB, shmem-rss:4kB, UID:999 pgtables:204kB oom_score_adj:0';
const SUMMARY =
  'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice,task_memcg=/system.slice/app.service,task=gunicorn,pid=832,uid=999';

describe('kernel OOM kills', () => {
  it('joins the lines of one report to one kill', () => {
    const lines = report(
      'gunicorn invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      'memory: usage 229376kB, limit 229376kB, failcnt 29',
      SUMMARY,
      KILLED,
    );
    const kills = killsOf(lines);
    expect(kills).toHaveLength(1);
    expect(kills[0]).toMatchObject({
      pid: 832,
      comm: 'gunicorn',
      scope: 'memcg',
      cgroup: '/system.slice/app.service',
      limitCgroup: '/system.slice',
      limitBytes: 224 * MIB,
      anonRssBytes: 75_516 * 1024,
      rssBytes: (75_516 + 8_628 + 4) * 1024,
      at: { epochMs: 1_795_340_100_003, toleranceMs: 2_000 },
    });
    expect(kills[0]?.line.text).toBe(lines[3]);
    expect(kills[0]?.alsoLines.map(line => line.text)).toEqual([lines[0], lines[2]]);
  });

  it.each([
    ['a kill without its summary', [KILLED], { scope: 'memcg', pid: 832 }],
    [
      'a summary without its kill',
      [SUMMARY],
      { scope: 'memcg', pid: 832, cgroup: '/system.slice/app.service' },
    ],
    ['the kill before its summary', [KILLED, SUMMARY], { pid: 832, cgroup: '/system.slice/app.service' }],
    [
      'a global kill, although the victim lived in a container',
      [
        'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/docker/abc,task=mysqld,pid=5,uid=1',
        'Out of memory: Killed process 5 (mysqld) total-vm:1kB, anon-rss:1024kB, file-rss:0kB, shmem-rss:0kB',
      ],
      { scope: 'global', cgroup: '/docker/abc', pid: 5, anonRssBytes: MIB },
    ],
    [
      'an early 5.x report that says CONSTRAINT_NONE for a cgroup',
      [
        'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a/b,task=x,pid=5,uid=1',
      ],
      { scope: 'memcg', limitCgroup: '/a', cgroup: '/a/b' },
    ],
    [
      'a name with commas, spaces and equals signs',
      [
        'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,b,task_memcg=/a,b/c=d,task=x, pid=9,y,pid=5,uid=1',
        'Memory cgroup out of memory: Killed process 5 (x, pid=9,y) total-vm:1kB, anon-rss:4kB, file-rss:0kB',
      ],
      { pid: 5, comm: 'x, pid=9,y', limitCgroup: '/a,b', cgroup: '/a,b/c=d', rssBytes: 4096 },
    ],
    [
      'a name in brackets',
      ['Out of memory: Killed process 7 ((resolved)) total-vm:1kB, anon-rss:4kB, file-rss:0kB'],
      { comm: '(resolved)' },
    ],
    [
      'kill_allocating_task',
      ['Out of memory (oom_kill_allocating_task): Killed process 7 (x) total-vm:1kB, anon-rss:4kB'],
      { scope: 'global' },
    ],
    [
      'Linux 4.x',
      [
        'Task in /docker/a killed as a result of limit of /docker',
        'memory: usage 2048kB, limit 2048kB, failcnt 1',
        'Memory cgroup out of memory: Kill process 40 (python) score 900 or sacrifice child',
        'Killed process 41 (python) total-vm:9kB, anon-rss:8kB, file-rss:4kB',
      ],
      {
        pid: 41,
        scope: 'memcg',
        cgroup: '/docker/a',
        limitCgroup: '/docker',
        limitBytes: 2 * MIB,
        rssBytes: 12_288,
      },
    ],
    [
      'Linux 4.x, global',
      [
        'Out of memory: Kill process 40 (python) score 900 or sacrifice child',
        'Killed process 40 (python) total-vm:9kB, anon-rss:8kB, file-rss:4kB, shmem-rss:0kB',
      ],
      { pid: 40, scope: 'global' },
    ],
    [
      'RHEL 6',
      ['Killed process 1234, UID 48, (httpd) total-vm:9kB, anon-rss:8kB, file-rss:4kB'],
      { pid: 1234, comm: 'httpd' },
    ],
    [
      'RHEL 7',
      ['Killed process 1234 (httpd), UID 48, total-vm:9kB, anon-rss:8kB, file-rss:4kB, shmem-rss:0kB'],
      { pid: 1234, comm: 'httpd', rssBytes: 12_288 },
    ],
    [
      'the kill line naming a thread of the process',
      [SUMMARY, KILLED.replace('832', '840')],
      { pid: 832, cgroup: '/system.slice/app.service', rssBytes: 84_148 * 1024 },
    ],
    ['no limit at all', ['memory: usage 2048kB, limit 9007199254740988kB, failcnt 0', KILLED], { pid: 832 }],
  ])('reads %s', (_, messages, expected) => {
    const kills = killsOf(report(...messages));
    expect(kills).toHaveLength(1);
    expect(kills[0]).toMatchObject(expected);
    if (messages[0]?.includes('9007199254740988')) expect(kills[0]?.limitBytes).toBeUndefined();
  });

  it('counts each process of a killed group once', () => {
    const member = (pid: number) => KILLED.replace('832', String(pid));
    const kills = killsOf(
      report(
        'memory: usage 229376kB, limit 229376kB, failcnt 29',
        SUMMARY,
        KILLED,
        'Tasks in /system.slice/app.service are going to be killed due to memory.oom.group set',
        member(830),
        member(831),
        KILLED,
        member(833),
      ),
    );
    expect(kills.map(kill => kill.pid).sort()).toEqual([830, 831, 832, 833]);
    expect(kills.every(kill => kill.cgroup === '/system.slice/app.service' && kill.scope === 'memcg')).toBe(
      true,
    );
    expect(kills.every(kill => kill.limitCgroup === '/system.slice' && kill.limitBytes === 224 * MIB)).toBe(
      true,
    );
  });

  it('keeps interleaved kills apart by their pids', () => {
    const other = (text: string) => text.replaceAll('832', '900').replaceAll('/app.service', '/db.service');
    const kills = killsOf(report(SUMMARY, other(SUMMARY), other(KILLED), KILLED));
    expect(kills.map(kill => [kill.pid, kill.cgroup])).toEqual([
      [900, '/system.slice/db.service'],
      [832, '/system.slice/app.service'],
    ]);
  });

  it('takes a pid that is given out again for another death', () => {
    const later = report(KILLED).map(line => line.replace('100.', '900.'));
    expect(killsOf([...report(KILLED), ...later])).toHaveLength(2);
  });

  it("does not give a kill the limit of another cgroup's report before it", () => {
    const kills = killsOf(
      report('memory: usage 1024kB, limit 1024kB, failcnt 1', KILLED, KILLED.replace('832', '900')),
    );
    expect(kills.map(kill => kill.limitBytes)).toEqual([MIB, undefined]);
  });

  it.each([
    ['gunicorn invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0'],
    ['Memory cgroup out of memory: OOM victim 832 (gunicorn) is already exiting. Skip killing the task'],
    ['python3: page allocation failure: order:4, mode:0x40cc0'],
    ['oom_reaper: reaped process 832 (gunicorn), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB'],
    ['oom_reaper: unable to reap pid:832 (gunicorn)'],
    ['Out of memory and no killable processes...'],
    [
      '[  13719]     0 13719    33545    30001    28818     1183         0   307200        0             0 gunicorn: worke',
    ],
    ['Memory cgroup stats for /system.slice/app.service:'],
    ['audit: someone said Killed process 5 (x)'],
  ])('sees no kill in "%s"', message => {
    expect(signalsOf(report(message))).toEqual([]);
  });

  it('sees no kill when the chosen process was already exiting', () => {
    expect(
      killsOf(
        report(
          SUMMARY,
          'Memory cgroup out of memory: OOM victim 832 (gunicorn) is already exiting. Skip killing the task',
        ),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'journal JSON of a cgroup',
      'journal-kernel-memcg.json',
      [[999, 'memcg', '/system.slice/gunicorn.service']],
    ],
    [
      'journal JSON of the whole host',
      'journal-kernel-global.json',
      [
        [1467, 'global', '/system.slice/gunicorn.service'],
        [1469, 'global', '/system.slice/gunicorn.service'],
      ],
    ],
    [
      'dmesg',
      'dmesg-6.18-memcg-oom.txt',
      [
        [13719, 'memcg', '/h4lab'],
        [14190, 'memcg', '/h4lab'],
      ],
    ],
  ])('finds the kills of recorded %s', (_, fixture, kills) => {
    expect(killsOf(fixtureLines(fixture)).map(kill => [kill.pid, kill.scope, kill.cgroup])).toEqual(kills);
  });

  it("stamps a journal's kernel line with the kernel's time, not the reception", () => {
    // Received 1795342537539784 at monotonic 427332426; written by the kernel at 426830000.
    expect(killsOf(fixtureLines('journal-kernel-memcg.json'))[0]?.at).toEqual({
      epochMs: 1795342537037,
      toleranceMs: 0,
    });
  });

  it.each([
    ['dmesg -T', `[Sun Nov 22 10:17:38 2026] ${KILLED}`, '2026-11-22T10:17:38Z', 2_000],
    [
      'journalctl text',
      `2026-11-22T10:17:38.250000+0000 lab kernel: ${KILLED}`,
      '2026-11-22T10:17:38.250Z',
      0,
    ],
    ['kern.log', `Nov 22 10:17:38 lab kernel: [ 1910.816131] ${KILLED}`, '2026-11-22T10:17:38Z', 0],
  ])('reads a kill from %s', (_, line, iso, toleranceMs) => {
    expect(killsOf([line])).toMatchObject([
      { pid: 832, at: { epochMs: Date.parse(iso), toleranceMs }, line: { text: line } },
    ]);
  });

  it('learns the boot time from the read script and skips dmesg without one', () => {
    const reader = createKernelLogReader(inUtc, { referenceMs: 0 });
    reader.readLine(report(KILLED)[0]!);
    reader.readLine('#staunch boot-epoch 1795340000');
    reader.readLine(report(KILLED)[0]!);
    expect(reader.finish()).toMatchObject([{ at: { epochMs: 1_795_340_100_000 } }]);
  });
});
