import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { errorLine, errorStamp, HOUR, LogHome, NOON, range, write } from './log-files.ts';
import { ask, platforms } from './read-script.ts';

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

  describe('with rotated files', () => {
    const lines = (from: number) => range(from, from + 24 * HOUR, 60).map(at => errorLine(at));
    const day = (back: number): number => NOON - back * 24 * HOUR;
    function gz(file: string, content: readonly string[], at: number): void {
      write(file, content, at);
      execFileSync('gzip', ['-n', file]);
      utimesSync(`${file}.gz`, at, at);
    }
    beforeEach(() => {
      write(log, lines(day(1)), day(0) - 60);
      write(`${log}.1`, lines(day(2)), day(1) - 60);
      gz(`${log}.2`, lines(day(3)), day(2) - 60);
      gz(`${log}.3`, lines(day(4)), day(3) - 60);
    });

    it.each([
      ['inside the live log', 20, 0, 0],
      ['across the last rotation', 30, 20, 1],
      ['across .1 and .2.gz', 60, 40, 1],
      ['inside .2.gz', 60, 55, 0],
      ['across four files', 90, 0, 3],
    ])('reads a window %s', (_, back, until, rotations) => {
      const [from, to] = [NOON - back * HOUR, NOON - until * HOUR];
      const told = errors(from, to);
      expect(told.complaint).toBe('');
      expect(told.logLines).toEqual(
        [4, 3, 2, 1]
          .flatMap(n => lines(day(n)))
          .filter(line => line >= errorStamp(from) && line.slice(0, 19) <= errorStamp(to)),
      );
      expect(told.notes('file')).toHaveLength(rotations + 1);
      expect(told.notes('lines')).toEqual([String(told.logLines.length)]);
    });

    it('does not open what lies outside the window', () => {
      writeFileSync(`${log}.3.gz`, 'broken');
      utimesSync(`${log}.3.gz`, day(3) - 60, day(3) - 60);
      expect(errors(NOON - 60 * HOUR, NOON)).toMatchObject({ complaint: '', exitCode: 0 });
      const told = errors(NOON - 90 * HOUR, NOON);
      expect(told.complaint).toContain(`${log}.3.gz could not be read to its end`);
      expect(told.exitCode).toBe(1);
      expect(told.logLines).toHaveLength(3 * 24 * 60);
    });

    it('says how far back the log goes: by the first line, or by the age of a packed file', () => {
      expect(errors(NOON - HOUR, NOON).notes('covers')).toEqual([`${day(3) - 60} ${NOON - 60}`]);
      expect(errors(day(5), NOON).notes('covers')).toEqual([`${day(4)} ${NOON - 60}`]);
      rmSync(`${log}.3.gz`);
      rmSync(`${log}.2.gz`);
      expect(errors(NOON - HOUR, NOON).notes('covers')).toEqual([`${day(2)} ${NOON - 60}`]);
    });

    it('knows dates in names, and leaves strange neighbours alone', () => {
      write(join(dir, 'x.log-20261118'), lines(day(5)), day(4) - 60);
      write(join(dir, 'x-20261117.log'), lines(day(6)), day(5) - 60);
      write(join(dir, 'x.log.swp'), lines(day(5)), day(4) - 60);
      write(join(dir, 'x-2.log'), lines(day(5)), day(4) - 60);
      expect(
        errors(day(6), day(4) - 600)
          .notes('file')
          .map(note => note.split(' ')[0]),
      ).toEqual([join(dir, 'x-20261117.log'), join(dir, 'x.log-20261118')]);
    });

    it('says so when only rotated files are left', () => {
      rmSync(log);
      const told = errors(NOON - 30 * HOUR, NOON);
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain('only its rotated files');
      expect(told.logLines).toHaveLength(6 * 60);
    });

    it('reads a log once that is a link to its newest dated file', () => {
      rmSync(log);
      write(`${log}-20261122`, lines(day(1)), day(0) - 60);
      symlinkSync(`${log}-20261122`, log);
      expect(errors(NOON - 2 * HOUR, NOON).logLines).toHaveLength(120);
    });

    it('does not read a file twice that is being packed', () => {
      write(`${log}.2`, lines(day(3)), day(2) - 60);
      expect(errors(NOON - 71 * HOUR, NOON - 49 * HOUR).notes('file')).toHaveLength(1);
    });
  });

  describe('in the night when the clocks go back (Europe/Berlin)', () => {
    // 2026-10-25 01:00 UTC: 03:00 becomes 02:00.
    const change = 1_792_890_000;
    const at = range(change - 6 * HOUR, change + 6 * HOUR, 5);
    const all = at.map(t => errorLine(t, `n${t} ${'x'.repeat(200)}`, t < change ? 7200 : 3600));
    beforeEach(() => write(log, all, change + 6 * HOUR));
    const truth = (from: number, to: number): string[] =>
      all.filter((_l, i) => (at[i] ?? 0) >= from && (at[i] ?? 0) <= to);

    it.each([
      ['before the change', -5 * HOUR, -4 * HOUR],
      ['after the change', 4 * HOUR, 5 * HOUR],
    ])('gives exactly the lines %s', (_, from, to) => {
      expect(errors(change + from, change + to, { zone: 'Europe/Berlin' }).logLines).toEqual(
        truth(change + from, change + to),
      );
    });

    it.each([
      ['over the change', -600, 1200],
      ['in the first 02:30', -1800, -1500],
      ['in the second 02:30', 1800, 2100],
      ['over the whole hour', -HOUR, HOUR],
    ])('loses no line %s, and adds at most what reads the same', (_, from, to) => {
      const told = errors(change + from, change + to, { zone: 'Europe/Berlin' });
      const given = new Set(told.logLines);
      expect(truth(change + from, change + to).filter(line => !given.has(line))).toEqual([]);
      const near = new Set(truth(change + from - HOUR, change + to + HOUR));
      expect(told.logLines.filter(line => !near.has(line))).toEqual([]);
    });
  });
});
