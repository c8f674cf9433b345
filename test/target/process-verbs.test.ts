import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, canBecomeNobody, platforms } from './read-script.ts';
import { canMakeCgroups, WatchedUnit } from './watched-unit.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-verbs-'));
chmodSync(home, 0o755);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(home, { recursive: true });
});

describe.each(platforms(home))('on $name', platform => {
  const noSuchPid = '99999999';

  describe('processes', () => {
    /** A process with the arguments and environment of a master; it only sleeps. */
    function master(args: readonly string[], env: Record<string, string>, cwd: string): string {
      const child = spawn('/bin/sh', ['-c', 'sleep 60', ...args], {
        argv0: 'gunicorn',
        env,
        cwd,
        stdio: 'ignore',
      });
      started.push(child);
      return String(child.pid);
    }

    it('lists a process and its children in the form of the captures', () => {
      const told = ask(platform, 'worker-table', [String(process.pid)]);
      expect(told.exitCode).toBe(0);
      const own = told.text.split(/^### /m).find(block => block.startsWith(`${process.pid}\n`)) ?? '';
      expect(own).toContain(`\nPPid:\t${process.ppid}\n`);
      expect(own).toMatch(/\nVmRSS:\t +\d+ kB\n/);
      expect(own).toContain(`\nstat ${process.pid} (`);
      expect(own.split('\n')[1]).toContain('node');
    });

    it.runIf(canMakeCgroups)(
      'lists the processes of a unit that made no cgroup of its own below',
      async () => {
        const unit = new WatchedUnit('table');
        try {
          await unit.start(2);
          const told = ask(platform, 'worker-table', [unit.cgroup]);
          expect([told.exitCode, told.complaint]).toEqual([0, '']);
          expect(told.text.match(/^### \d+$/gm)?.length).toBe(3);
        } finally {
          await unit.stop();
        }
      },
    );

    it.each([['/'], ['system.slice'], ['/../etc'], ['/a b'], ['1']])('refuses the cgroup "%s"', group => {
      expect(ask(platform, 'worker-table', [group]).exitCode).toBe(64);
      expect(ask(platform, 'cgroup-memory', [group]).exitCode).toBe(64);
    });

    it('says that a unit without a cgroup is not running', () => {
      expect(ask(platform, 'worker-table', ['/system.slice/nothing.service'])).toMatchObject({
        exitCode: 69,
        text: '',
      });
      expect(ask(platform, 'cgroup-memory', ['/system.slice/nothing.service'])).toMatchObject({
        exitCode: 69,
        text: '',
      });
    });

    it.runIf(readdirSync('/sys/fs/cgroup').length > 0)('reads the memory files of a cgroup', () => {
      const v1 = existsSync('/sys/fs/cgroup/memory');
      const base = v1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
      const group = readdirSync(base, { withFileTypes: true }).find(
        entry =>
          entry.isDirectory() &&
          /^[\w.-]+$/.test(entry.name) &&
          existsSync(join(base, entry.name, v1 ? 'memory.usage_in_bytes' : 'memory.current')),
      )?.name;
      if (!group) return;
      const told = ask(platform, 'cgroup-memory', [`/${group}`]);
      expect(told.exitCode).toBe(0);
      expect(told.text).toMatch(v1 ? /^memory\.limit_in_bytes:\d+$/m : /^memory\.max:/m);
      expect(told.text).not.toContain('memory.stat');
    });

    it('tells the settings of a master and keeps its secrets on the host', () => {
      const cwd = mkdtempSync(join(home, 'app-'));
      writeFileSync(
        join(cwd, 'conf.py'),
        'workers = 4\nraw_env = [\n  "DB_PASSWORD=hunter2",\n]\ndsn = "postgres://me:hunter2@db/x"\n',
      );
      const pid = master(
        ['--config', 'conf.py', 'app:app'],
        { GUNICORN_CMD_ARGS: '--timeout 9', WEB_CONCURRENCY: '3', SECRET_KEY: 'hunter2' },
        cwd,
      );
      const told = ask(platform, 'gunicorn-environment', [pid]);
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.lines[0]).toBe('cmdline\tgunicorn\t-c\tsleep 60\t--config\tconf.py\tapp:app\t');
      expect(told.lines).toContain(`cwd\t${cwd}`);
      expect(told.lines).toContain('environ\tGUNICORN_CMD_ARGS=--timeout 9');
      expect(told.lines).toContain('environ\tWEB_CONCURRENCY=3');
      expect(told.text).toMatch(
        new RegExp(`^config-file\t${cwd}/conf\\.py\t\\d+\n--- config\nworkers = 4$`, 'm'),
      );
      expect(told.text).not.toContain('hunter2');
    });

    it.runIf(canBecomeNobody)('says which part of a master is closed', () => {
      const pid = master(['app:app'], { WEB_CONCURRENCY: '3' }, home);
      const told = ask(platform, 'gunicorn-environment', [pid], { asNobody: true });
      expect(told.lines).toContain('environ-denied');
      expect(told.text).not.toContain('WEB_CONCURRENCY');
    });

    it('says that a master is gone', () => {
      expect(ask(platform, 'gunicorn-environment', [noSuchPid.slice(1)])).toMatchObject({
        exitCode: 69,
        text: '',
      });
    });
  });
});
