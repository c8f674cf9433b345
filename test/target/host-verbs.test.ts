import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, call, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-verbs-'));
chmodSync(home, 0o755);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(home, { recursive: true });
});

const FROM = 1_795_342_380;
const TO = FROM + 600;

describe.each(platforms(home))('on $name', platform => {
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
