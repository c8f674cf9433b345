import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { accessLine, errorLine, HOUR, LogHome, NOON, range, write } from './log-files.ts';
import { ask, canBecomeNobody, platforms } from './read-script.ts';

const home = new LogHome();
afterAll(() => home.remove());

let dir: string;
let log: string;
beforeEach(() => {
  dir = home.newDirectory();
  log = join(dir, 'x.log');
});

describe.each(platforms(home.path))('on $name', platform => {
  const errors = (from: number, to: number, circumstances = {}) =>
    ask(platform, 'error-log', [log, String(from), String(to)], circumstances);
  const access = (from: number, to: number, status = 'after-request') =>
    ask(platform, 'access-log', [log, String(from), String(to), status]);

  describe('refusals', () => {
    it.each([
      ['a relative path', ['x.log', '1', '2'], 64],
      ['a path with ..', ['/var/log/../../etc/shadow', '1', '2'], 64],
      ['a window that is no number', ['/var/log/x', '1;id', '2'], 64],
      ['a log that is not there', ['/var/log/not-there/x.log', '1', '2'], 69],
      ['a device', ['/dev/null', '1', '2'], 69],
    ])('refuses %s', (_, args, exitCode) => {
      const told = ask(platform, 'error-log', args);
      expect(told).toMatchObject({ exitCode, text: '' });
      expect(told.complaint).not.toBe('');
    });

    it('refuses a status place that is code', () => {
      write(log, [accessLine(NOON, 200)], NOON);
      for (const place of ['field:0', 'json:', 'json:a"b', 'json:$(id)', 'after'])
        expect(access(NOON, NOON, place).exitCode).toBe(64);
    });

    it('never runs what a file name says', () => {
      const evil = join(dir, `a'b $(kill $$) "c.log`);
      write(
        evil,
        range(NOON - 40_000, NOON, 1).map(at => errorLine(at)),
        NOON,
      );
      expect(ask(platform, 'error-log', [evil, String(NOON - 10), String(NOON)]).logLines).toHaveLength(10);
    });

    it.runIf(canBecomeNobody)('tells a closed log and a closed directory from a missing one', () => {
      write(log, [errorLine(NOON)], NOON);
      chmodSync(log, 0o600);
      const closed = errors(NOON - 5, NOON, { asNobody: true });
      expect(closed).toMatchObject({ exitCode: 77, text: '' });
      expect(closed.complaint).toContain(log);
      chmodSync(dir, 0o700);
      expect(errors(NOON - 5, NOON, { asNobody: true }).exitCode).toBe(77);
      chmodSync(dir, 0o755);
    });

    it.runIf(canBecomeNobody)('answers in part when a rotated file is closed', () => {
      write(log, [errorLine(NOON)], NOON);
      write(`${log}.1`, [errorLine(NOON - HOUR)], NOON - HOUR);
      chmodSync(`${log}.1`, 0o600);
      const told = errors(NOON - 2 * HOUR, NOON, { asNobody: true });
      expect(told.exitCode).toBe(1);
      expect(told.logLines).toEqual([errorLine(NOON)]);
      expect(told.complaint).toContain(`${log}.1`);
    });

    it.runIf(canBecomeNobody)('finds rotated files in a directory that may not be listed', () => {
      write(log, [errorLine(NOON)], NOON);
      write(`${log}.1`, [errorLine(NOON - HOUR)], NOON - HOUR);
      chmodSync(dir, 0o711);
      expect(errors(NOON - 2 * HOUR, NOON, { asNobody: true }).logLines).toHaveLength(2);
      expect(errors(NOON - 20 * HOUR, NOON, { asNobody: true }).complaint).toContain('may not be listed');
      chmodSync(dir, 0o755);
    });
  });
});
