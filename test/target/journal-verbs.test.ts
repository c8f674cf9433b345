import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-verbs-'));
chmodSync(home, 0o755);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(home, { recursive: true });
});

const FROM = 1_795_342_380;
const TO = FROM + 600;
const record = (fields: Record<string, string>, second = FROM): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: `${second}000000`, ...fields });
const OLDEST = record({ MESSAGE: 'long before', _PID: '200' }, FROM - 900);
const BEFORE = record(
  {
    MESSAGE: '[2026-11-22 10:00:00 +0000] [200] [INFO] Listening at: unix:/run/app.sock (200)',
    _PID: '200',
  },
  FROM - 60,
);
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
const BORING_BEFORE = record({ MESSAGE: 'eth0: link is down', _TRANSPORT: 'kernel' }, FROM - 60);

/** A journalctl that answers as the real one does: the window, then what is older, newest line first. */
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
*' --until @'*' -r '*) ${print([...(answers.window ?? []).toReversed(), ...(answers.before ? [answers.before, OLDEST] : [])])} ;;
esac`;
}

// A machine with a journal of its own that this user can read proves nothing about a closed one.
const ownJournal = ['/var/log/journal', '/run/log/journal'].some(dir => existsSync(dir));

describe.each(platforms(home))('on $name', platform => {
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

    it('gives what tells of kills, newest first, and an older line as proof', () => {
      const told = kernel({ journalctl: journalctl({ before: BORING_BEFORE, window: [BORING, OOM] }) });
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.lines).toEqual(['#staunch reader journal', OOM, BORING_BEFORE]);
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
});
