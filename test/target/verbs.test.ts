import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, call, canBecomeNobody, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-verbs-'));
chmodSync(home, 0o755);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(home, { recursive: true });
});

const FROM = 1_795_342_380;
const TO = FROM + 600;
const record = (fields: Record<string, string>): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: `${FROM}000000`, ...fields });
const BEFORE = record({
  MESSAGE: '[2026-11-22 10:00:00 +0000] [200] [INFO] Listening at: unix:/run/app.sock (200)',
  _PID: '200',
});
const KILLED = record({
  MESSAGE: '[2026-11-22 10:13:15 +0000] [200] [WARNING] Worker with pid 206 was terminated due to signal 9',
  _PID: '200',
});
const REQUEST = record({
  MESSAGE: '10.0.0.1 - - [22/Nov/2026:10:13:09 +0000] "GET /a HTTP/1.1" 200 36 "-" "curl"',
  _PID: '204',
});
const SUPPRESSED = record({
  MESSAGE: 'Suppressed 812 messages from app.service',
  _PID: '74',
  _SYSTEMD_UNIT: 'systemd-journald.service',
});
const OTHERS = record({
  MESSAGE: 'Suppressed 9 messages from cron.service',
  _PID: '74',
  _SYSTEMD_UNIT: 'systemd-journald.service',
});
const OOM = record({
  MESSAGE: 'Memory cgroup out of memory: Killed process 206 (gunicorn) total-vm:90000kB, anon-rss:60000kB',
  _TRANSPORT: 'kernel',
});
const BORING = record({ MESSAGE: 'eth0: link becomes ready', _TRANSPORT: 'kernel' });

/** A journalctl that answers as the real one does, by what it is asked. */
function journalctl(answers: {
  readable?: boolean;
  before?: string;
  window?: readonly string[];
  fields?: boolean;
}): string {
  const print = (lines: readonly string[]): string =>
    lines.map(line => `printf '%s\\n' '${line}'`).join('; ') || ':';
  const old = answers.fields === false;
  return `case " $* " in
*' --help '*) ${old ? ':' : 'echo "     --output-fields=LIST"'} ;;
${old ? `*' --output-fields='*) echo 'unrecognized option' >&2; exit 1 ;;` : ''}
*' _PID=1 '*) ${answers.readable === false ? ':' : 'echo Startup finished'} ;;
*' -n 1 '*) ${print(answers.before ? [answers.before] : [])} ;;
*' --since @'*' --until @'*) ${print(answers.window ?? [])} ;;
esac`;
}

// A machine with a journal of its own that this user can read proves nothing about a closed one.
const ownJournal = ['/var/log/journal', '/run/log/journal'].some(dir => existsSync(dir));

describe.each(platforms(home))('on $name', platform => {
  const noSuchPid = '99999999';

  describe('the journal of a unit', () => {
    const journal = (fake: string) =>
      ask(platform, 'unit-journal', ['app.service', String(FROM), String(TO)], {
        fakes: { journalctl: fake },
      });

    it('begins with the last line before the window and leaves the app access log out', () => {
      const told = journal(
        journalctl({ before: BEFORE, window: [REQUEST, KILLED, REQUEST, SUPPRESSED, OTHERS] }),
      );
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.logLines).toEqual([BEFORE, KILLED, SUPPRESSED]);
      expect(told.notes('left-out')).toEqual(['2']);
    });

    it('asks an old systemd without --output-fields', () => {
      expect(journal(journalctl({ fields: false, window: [KILLED] }))).toMatchObject({
        exitCode: 0,
        logLines: [KILLED],
      });
    });

    it.skipIf(ownJournal)('calls an empty answer denied when nobody lets this user read the journal', () => {
      const fake = journalctl({ readable: false });
      const told = journal(fake);
      expect(told.text).toBe('');
      expect([69, 77]).toContain(told.exitCode);
      expect(told.complaint).not.toBe('');
    });

    it('says that there is no journal where there is no journalctl', () => {
      expect(ask(platform, 'unit-journal', ['app.service', String(FROM), String(TO)])).toMatchObject({
        exitCode: 69,
        text: '',
      });
    });

    it.each([[''], ['-u'], ['a b'], ['app;id'], ['../x'], ['$(id)']])('refuses the unit name "%s"', unit => {
      expect(ask(platform, 'unit-journal', [unit, String(FROM), String(TO)]).exitCode).toBe(64);
    });
  });

  describe('the kernel log', () => {
    const kernel = (fakes: Record<string, string>) =>
      ask(platform, 'kernel-log', [String(FROM), String(TO)], { fakes });

    it('gives what tells of kills, behind an older line as proof', () => {
      const told = kernel({ journalctl: journalctl({ before: BORING, window: [BORING, OOM] }) });
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.lines).toEqual(['#staunch reader journal', BORING, OOM]);
    });

    it('falls back to the ring buffer, with the boot time', () => {
      const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
      const at = (epoch: number): string => `[${String(epoch - boot).padStart(5)}.000000]`;
      const now = boot + 10_000;
      const ring = [
        `${at(boot + 5)} Linux version`,
        `${at(now)} Out of memory: Killed process 7 (gunicorn)`,
        `${at(now)} eth0: up`,
        `${at(now + 9000)} Out of memory: Killed process 8 (late)`,
      ];
      const told = ask(platform, 'kernel-log', [String(now - 60), String(now + 60)], {
        fakes: { dmesg: ring.map(line => `echo '${line}'`).join('\n') },
      });
      expect(told.exitCode).toBe(0);
      expect(told.lines).toEqual(['#staunch reader dmesg', `#staunch boot-epoch ${boot}`, ring[0], ring[1]]);
    });

    it.skipIf(existsSync('/var/log/kern.log') || existsSync('/var/log/messages'))(
      'does not call a closed log quiet',
      () => {
        const told = kernel({
          dmesg: 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1',
        });
        expect([69, 77]).toContain(told.exitCode);
        expect(told.text).toBe('');
        expect(told.complaint).toContain('OOM kills cannot be seen');
      },
    );
  });

  describe('the configuration of NGINX', () => {
    const etc = (): string => mkdtempSync(join(home, 'etc-'));
    const config = (dir: string, circumstances = {}) =>
      ask(platform, 'nginx-config', [], {
        fakes: {
          nginx: `if [ "$1" = -V ]; then echo "configure arguments: --prefix=${dir} --conf-path=${dir}/nginx.conf --with-x" >&2; else exit 1; fi`,
        },
        ...circumstances,
      });

    it('is put together from the files, each once, with the headers of nginx -T', () => {
      const dir = etc();
      mkdirSync(join(dir, 'conf.d'));
      writeFileSync(
        join(dir, 'nginx.conf'),
        'events {}\nhttp {\n  include mime.types; # types\n  # include not-this.conf;\n  include conf.d/*.conf;\n  include none/*.conf;\n}\n',
      );
      writeFileSync(join(dir, 'mime.types'), 'types {}\n');
      writeFileSync(join(dir, 'conf.d', 'a.conf'), `server { include ${dir}/snippet; }\n`);
      writeFileSync(
        join(dir, 'conf.d', 'b b.conf'),
        `include "${dir}/snippet";\ninclude ${dir}/nginx.conf;\n`,
      );
      writeFileSync(join(dir, 'snippet'), 'proxy_pass http://app;');
      const told = config(dir);
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.lines.filter(line => line.startsWith('# configuration file '))).toEqual(
        ['nginx.conf', 'mime.types', 'conf.d/a.conf', 'snippet', 'conf.d/b b.conf'].map(
          name => `# configuration file ${dir}/${name}:`,
        ),
      );
      expect(told.text).toContain('proxy_pass http://app;');
    });

    it('names what is missing and gives the rest', () => {
      const dir = etc();
      writeFileSync(join(dir, 'nginx.conf'), 'include gone.conf;\nhttp { }\n');
      const told = config(dir);
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain(`${dir}/gone.conf`);
      expect(told.text).toContain('http { }');
    });

    it.runIf(canBecomeNobody)('names what is closed', () => {
      const dir = etc();
      chmodSync(dir, 0o755);
      mkdirSync(join(dir, 'private'), { mode: 0o700 });
      writeFileSync(join(dir, 'nginx.conf'), 'include private/*.conf;\n');
      const told = config(dir, { asNobody: true });
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain(`${dir}/private may not be listed`);
      chmodSync(join(dir, 'nginx.conf'), 0o600);
      expect(config(dir, { asNobody: true })).toMatchObject({ exitCode: 77, text: '' });
    });

    it.skipIf(existsSync('/etc/nginx/nginx.conf'))('is absent where NGINX is', () => {
      expect(ask(platform, 'nginx-config', []).exitCode).toBe(69);
    });
  });

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

  describe('units', () => {
    it.skipIf(existsSync('/run/systemd/system'))('says plainly that there is no systemd', () => {
      for (const [verb, args] of [
        ['unit-list', []],
        ['unit-state', ['a.service']],
        ['unit-files', ['a.service']],
      ] as const) {
        const told = ask(platform, verb, args, { fakes: { systemctl: 'echo no' } });
        expect(told).toMatchObject({ exitCode: 69, text: '' });
        expect(told.complaint).toContain('systemd does not run here');
      }
    });
  });

  describe('the host', () => {
    it('tells its clock', () => {
      const told = ask(platform, 'clock', [], { zone: 'Europe/Berlin' });
      expect(told.text).toMatch(/^epoch=\d{10}(\.\d+)?$/m);
      expect(told.text).toMatch(/^utc_offset=\+0[12]00$/m);
      expect(told.text).toMatch(/^boot_epoch=\d{10}$/m);
      expect(Math.abs(Number(/^epoch=(\d+)/m.exec(told.text)?.[1]) - Date.now() / 1000)).toBeLessThan(60);
    });

    it('tells its memory', () => {
      const told = ask(platform, 'host-memory', []);
      expect(told.exitCode).toBe(0);
      expect(told.text).toMatch(/^MemTotal: +\d+ kB$/m);
      expect(told.text).toMatch(/^vmstat:oom_kill \d+$/m);
    });

    it('tells its versions', () => {
      const told = ask(platform, 'versions', [], {
        fakes: {
          nginx: 'echo "nginx version: nginx/1.22.1" >&2',
          python3: 'echo Python 3.11.2',
          systemctl: 'echo "systemd 252 (252.39)"',
        },
      });
      expect(told.lines[0]).toMatch(/^Linux /);
      for (const line of ['nginx version: nginx/1.22.1', 'Python 3.11.2', 'systemd 252 (252.39)'])
        expect(told.lines).toContain(line);
    });

    it('gives what ss prints, or says that it is missing', () => {
      expect(ask(platform, 'accept-queue', [])).toMatchObject({ exitCode: 69, text: '' });
      expect(ask(platform, 'accept-queue', [], { fakes: { ss: 'echo "ss $1"' } }).lines).toEqual([
        'ss -xl',
        'ss -tln',
      ]);
    });

    it('tells upgrades as they stand in the logs of packages', () => {
      const rpm = `case "$1" in -q) printf '${FROM + 5}\\tinstalled nginx 1.26-1\\n${FROM - 5}\\tinstalled python3 3.12\\npackage x is not installed\\n' ;; esac`;
      const told = ask(platform, 'recent-changes', ['app.service', String(FROM), String(TO)], {
        fakes: { rpm },
      });
      expect(told.exitCode).toBe(0);
      expect(told.lines).toContain(`${FROM + 5}\tinstalled nginx 1.26-1`);
      expect(told.text).not.toContain('python3 3.12');
    });

    it('lists what the user may read', () => {
      const told = ask(platform, 'access', ['app.service']);
      expect(told.exitCode).toBe(0);
      for (const line of told.lines) expect(line).toMatch(/^check\t[a-z-]+\t(ok|denied|absent)\t/);
      for (const name of [
        'journal',
        'kernel-log',
        'dmesg',
        'cgroup',
        'process-table',
        'gunicorn-environment',
        'nginx-config',
        'nginx-error-log',
        'nginx-access-log',
      ]) {
        expect(told.text).toContain(`check\t${name}\t`);
      }
    });
  });
});

describe('what is masked of a unit', () => {
  it.each([
    ['Environment=A=1 PORT=8000', 'Environment=A=[left-out] PORT=8000'],
    [
      'Environment="SECRET=a b" "GUNICORN_CMD_ARGS=--workers 3"',
      'Environment="SECRET=[left-out]" "GUNICORN_CMD_ARGS=--workers 3"',
    ],
    ["Environment='K=v\"w' WEB_CONCURRENCY=2", "Environment='K=[left-out]' WEB_CONCURRENCY=2"],
    ['ExecStart=/usr/bin/gunicorn app:app', 'ExecStart=/usr/bin/gunicorn app:app'],
    ['Environment=', 'Environment='],
    ['Environment=A=1 \\\nB=secret PORT=1', 'Environment=A=[left-out] \\\nB=[left-out] PORT=1'],
  ])('%s', (text, masked) => {
    for (const platform of platforms(mkdtempSync(join(home, 'mask-')))) {
      const told = call(platform, 'unit_masked', [text]);
      expect(told.text, platform.name).toBe(`${masked}\n`);
    }
  });
});
