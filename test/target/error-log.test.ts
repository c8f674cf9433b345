import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { errorLine, errorStamp, HOUR, LogHome, NOON, range, write } from './log-files.ts';
import { ask, call, platforms } from './read-script.ts';

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

  describe('an error log of one day', () => {
    const stamps = range(NOON - 24 * HOUR, NOON, 7);
    const all = stamps.map((at, i) => errorLine(at, `failure ${i} ${'x'.repeat(i % 300)}`));
    beforeEach(() => write(log, all, NOON));

    it.each([
      ['the start', NOON - 25 * HOUR, NOON - 23 * HOUR],
      ['the middle', NOON - 13 * HOUR, NOON - 11 * HOUR],
      ['the end', NOON - 2 * HOUR, NOON + HOUR],
      ['one second', NOON - 24 * HOUR + 7 * 5000, NOON - 24 * HOUR + 7 * 5000],
      ['all of it', NOON - 48 * HOUR, NOON + HOUR],
      ['the time before it', NOON - 50 * HOUR, NOON - 26 * HOUR],
      ['the time after it', NOON + HOUR, NOON + 2 * HOUR],
    ])('gives exactly the lines of %s', (_, from, to) => {
      const told = errors(from, to);
      const wanted = all.filter((_line, i) => (stamps[i] ?? 0) >= from && (stamps[i] ?? 0) <= to);
      expect(told.complaint).toBe('');
      expect(told.exitCode).toBe(0);
      const leftOut = Number(told.notes('left-out')[0] ?? 0);
      expect(told.logLines.length + leftOut).toBe(wanted.length);
      if (leftOut === 0) expect(told.logLines).toEqual(wanted);
      expect(told.notes('lines')).toEqual([String(wanted.length)]);
      expect(told.notes('covers')).toEqual([`${NOON - 24 * HOUR} ${stamps.at(-1)}`]);
    });

    it('reads no file for a window that ended before the log began', () => {
      write(`${log}.1`, [errorLine(NOON - 30 * HOUR)], NOON - 25 * HOUR);
      expect(
        errors(NOON - 29 * HOUR, NOON - 26 * HOUR)
          .notes('file')
          .map(note => note.split(' ')[0]),
      ).toEqual([`${log}.1`]);
    });
  });

  it('keeps lines without a stamp with the line before them', () => {
    write(
      log,
      [
        errorLine(NOON - 500),
        'Traceback',
        '  of before',
        errorLine(NOON),
        '  of now',
        '',
        '  still',
        errorLine(NOON + 500),
        '  of later',
      ],
      NOON + 500,
    );
    expect(errors(NOON - 60, NOON + 60).logLines).toEqual([errorLine(NOON), '  of now', '', '  still']);
  });

  it('answers for a log that is empty', () => {
    write(log, [], NOON);
    const told = errors(NOON - HOUR, NOON);
    expect(told).toMatchObject({ exitCode: 0, logLines: [], complaint: '' });
    expect(told.notes('lines')).toEqual(['0']);
  });

  it('reads a last line without a line end', () => {
    write(log, [errorLine(NOON - 5), errorLine(NOON)], NOON, '');
    expect(errors(NOON - HOUR, NOON).logLines).toHaveLength(2);
  });

  it('finds its way past one huge line', () => {
    const before = range(NOON - 5 * HOUR, NOON - 3 * HOUR, 1).map(at => errorLine(at));
    const after = range(NOON - 2 * HOUR, NOON, 1).map(at => errorLine(at));
    write(
      log,
      [...before, `${errorStamp(NOON - 3 * HOUR)} [error] ${'y'.repeat(3_000_000)}`, ...after],
      NOON,
    );
    expect(errors(NOON - 600, NOON).logLines).toEqual(after.slice(-600));
    const huge = errors(NOON - 3 * HOUR, NOON - 3 * HOUR);
    expect(huge.logLines).toHaveLength(1);
    expect(huge.logLines[0]?.length).toBe(16_384);
  });

  it('lives through binary garbage', () => {
    const lines = range(NOON - HOUR, NOON, 1).map(at => errorLine(at));
    writeFileSync(
      log,
      Buffer.concat([
        Buffer.from(lines.slice(0, 1800).join('\n')),
        Buffer.from('\n'),
        Buffer.from(range(0, 200_000, 1).map(i => (i * 73) % 256)),
        Buffer.from('\n'),
        Buffer.from(`${lines.slice(1800).join('\n')}\n`),
      ]),
    );
    utimesSync(log, NOON, NOON);
    expect(errors(NOON - 600, NOON).logLines).toEqual(lines.slice(-600));
  });

  it('takes a line that looks like one of the script for what it is', () => {
    write(log, [errorLine(NOON), '#staunch lines 0'], NOON);
    expect(errors(NOON, NOON).logLines).toEqual([errorLine(NOON), ' #staunch lines 0']);
  });

  it('is not led astray by one stamp from the future', () => {
    const lines = range(NOON - HOUR, NOON, 10).map(at => errorLine(at));
    write(log, [...lines.slice(0, 100), errorLine(NOON + 99 * HOUR), ...lines.slice(100)], NOON);
    expect(errors(NOON - HOUR, NOON).logLines).toEqual(lines);
  });

  it('sends the beginning and the end of too many lines, and says how many it left out', () => {
    const lines = range(NOON - HOUR, NOON, 1).flatMap(at =>
      [1, 2, 3].map(n => errorLine(at, `storm ${n} ${'z'.repeat(400)}`)),
    );
    write(log, lines, NOON);
    const told = errors(NOON - HOUR, NOON);
    const leftOut = Number(told.notes('left-out')[0]);
    expect(leftOut).toBeGreaterThan(1000);
    expect(told.logLines.length + leftOut).toBe(lines.length);
    expect(told.text.length).toBeLessThan(2_600_000);
    const gap = told.lines.findIndex(line => line.startsWith('#staunch left-out'));
    const first = told.lines.slice(0, gap).filter(line => !line.startsWith('#'));
    expect(first).toEqual(lines.slice(0, first.length));
    expect(told.logLines.slice(first.length)).toEqual(lines.slice(first.length + leftOut));
  });

  it('asks for the zone only once where the server keeps UTC', () => {
    const lines = range(NOON - HOUR, NOON, 10).map(at => errorLine(at));
    write(log, lines, NOON);
    const [from, to] = [NOON - 600, NOON - 301];
    const twice = `prepare_error_log; ask_error_log '${log}' ${from} ${to}; ask_error_log '${log}' ${from} ${to}`;
    const fakes = { date: 'echo asked >&2; [ "$*" = +%Z ] && echo UTC' };
    const told = call(platform, 'eval', [twice], { fakes });
    expect(told.complaint).toBe('asked\n');
    const wanted = lines.slice(300, 330);
    expect(told.logLines).toEqual([...wanted, ...wanted]);
    expect(told.notes('covers')).toEqual(Array(2).fill(`${NOON - HOUR} ${NOON - 10}`));
  });

  it('agrees with a plain filter on many windows of a bursty log', { timeout: 120_000 }, () => {
    // A small linear congruential generator: the same windows in every run.
    let seed = 20_261_122;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const at: number[] = [];
    for (let t = NOON - 72 * HOUR; t < NOON; ) {
      const burst = random(40) === 0 ? 300 : 1;
      for (let i = 0; i < burst; i++) at.push(t - random(20));
      t += 1 + random(random(50) === 0 ? 7200 : 30);
    }
    const lines = at.map((t, i) => errorLine(t, `n${i} ${'x'.repeat(i % 400)}`));
    const cuts = [0, Math.floor(lines.length / 5), Math.floor(lines.length / 2), lines.length];
    [`${log}.2`, `${log}.1`, log].forEach((file, i) => {
      write(file, lines.slice(cuts[i], cuts[i + 1]), Math.max(...at.slice(cuts[i], cuts[i + 1])));
    });
    for (let round = 0; round < 70; round++) {
      const from = NOON - random(75 * HOUR);
      const to = from + random(round % 2 === 0 ? 900 : 3 * HOUR);
      const told = errors(from, to);
      const wanted = lines.filter((_l, i) => (at[i] ?? 0) >= from && (at[i] ?? 0) <= to);
      expect(told.complaint, `window ${from} ${to}`).toBe('');
      if (told.notes('left-out').length === 0) expect(told.logLines, `window ${from} ${to}`).toEqual(wanted);
      else expect(told.notes('lines')).toEqual([String(wanted.length)]);
    }
  });
});
