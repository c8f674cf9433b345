import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, canBecomeNobody, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-logs-'));
chmodSync(home, 0o755);
afterAll(() => rmSync(home, { recursive: true }));

// 2026-11-22 10:00:00 UTC
const NOON = 1_795_341_600;
const HOUR = 3600;

let dir: string;
let log: string;
let count = 0;
beforeEach(() => {
  dir = join(home, String(++count));
  mkdirSync(dir);
  log = join(dir, 'x.log');
});

const pad = (n: number): string => String(n).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** An error log's stamp: local time without a zone. */
function errorStamp(epoch: number, offset = 0): string {
  const d = new Date((epoch + offset) * 1000).toISOString();
  return `${d.slice(0, 10).replaceAll('-', '/')} ${d.slice(11, 19)}`;
}

function errorLine(epoch: number, text = 'upstream prematurely closed connection', offset = 0): string {
  return `${errorStamp(epoch, offset)} [error] 195#195: *275 ${text}, client: 10.213.0.1, server: _`;
}

function clfStamp(epoch: number): string {
  const d = new Date(epoch * 1000);
  return `${pad(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${d.toISOString().slice(11, 19)} +0000`;
}

function accessLine(epoch: number, status: number, rest = ''): string {
  return `10.0.0.7 - - [${clfStamp(epoch)}] "GET /a?b=c HTTP/1.1" ${status} 157 "-" "curl/7.88.1"${rest}`;
}

function write(file: string, lines: readonly string[], changedAt: number, end = '\n'): void {
  writeFileSync(file, lines.join('\n') + (lines.length > 0 ? end : ''));
  utimesSync(file, changedAt, changedAt);
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);

describe.each(platforms(home))('on $name', platform => {
  const errors = (from: number, to: number, circumstances = {}) =>
    ask(platform, 'error-log', [log, String(from), String(to)], circumstances);
  const access = (from: number, to: number, status = 'after-request') =>
    ask(platform, 'access-log', [log, String(from), String(to), status]);

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

  describe('an access log', () => {
    it('sends failed and retried requests and counts all of them', () => {
      const lines = [
        accessLine(NOON, 200),
        accessLine(NOON + 1, 502),
        accessLine(NOON + 2, 499),
        accessLine(NOON + 3, 404),
        accessLine(NOON + 4, 200, ' us="502, 200"'),
        accessLine(NOON + 5, 200, ' us="504 : 200"'),
        accessLine(NOON + 6, 200, ' rt="0.502, 0.001"'),
        accessLine(NOON + 70, 500),
        `10.0.0.7 - - [${clfStamp(NOON + 71)}] "" 400 0 "-" "-"`,
        `10.0.0.7 - - [${clfStamp(NOON + 72)}] "\\x16\\x03" 400 0 "-" "[bracket]"`,
      ];
      write(log, lines, NOON + 72);
      const told = access(NOON, NOON + 100);
      expect(told.logLines).toEqual([1, 2, 4, 5, 7].map(i => lines[i]));
      expect([...told.notes('total')].sort()).toEqual(
        [
          `${NOON + 60} 400 2`,
          `${NOON + 60} 500 1`,
          `${NOON} 200 4`,
          `${NOON} 404 1`,
          `${NOON} 499 1`,
          `${NOON} 502 1`,
        ].sort(),
      );
      expect(told.notes('lines')).toEqual(['5']);
    });

    const iso = (t: number): string => new Date(t * 1000).toISOString().replace('.000Z', '+00:00');
    it.each([
      [
        'JSON with $time_iso8601',
        'json:status',
        (t: number, s: number) =>
          `{"ts":"${iso(t)}","request":"GET / HTTP/1.1","status":"${s}","bytes":"46"}`,
      ],
      [
        'JSON with a number for a status',
        'json:status',
        (t: number, s: number) => `{"status": ${s}, "time":"${iso(t)}"}`,
      ],
      [
        'JSON with $msec',
        'json:st',
        (t: number, s: number) => `{"id":12345678901234567890.123,"msec":"${t}.250","st":${s}}`,
      ],
      [
        'JSON with $time_local behind another bracket',
        'json:status',
        (t: number, s: number) => `{"ua":"[FBAN]","time_local":"${clfStamp(t)}","status":"${s}"}`,
      ],
      ['fields in a fixed place', 'field:3', (t: number, s: number) => `${t}.001 10.0.0.1 ${s} /a`],
      ['a key before the status', 'field:4', (t: number, s: number) => `[${clfStamp(t)}] /a status=${s}`],
      [
        'a forwarded address in quotes',
        'after-request',
        (t: number, s: number) => `"10.0.0.1, 10.0.0.2" [${clfStamp(t)}] "GET / HTTP/1.1" ${s} 1`,
      ],
    ])('understands %s', (_, place, line) => {
      const at = range(NOON - 6 * HOUR, NOON, 3);
      const lines = at.map((t, i) => line(t, i % 500 === 7 ? 502 : 200));
      write(log, lines, NOON);
      const [from, to] = [NOON - 2 * HOUR, NOON - HOUR - 1];
      const told = access(from, to, place);
      const inside = lines.filter((_l, i) => (at[i] ?? 0) >= from && (at[i] ?? 0) <= to);
      expect(told.complaint).toBe('');
      expect(told.logLines).toEqual(lines.filter((l, i) => i % 500 === 7 && inside.includes(l)));
      expect(told.notes('total').reduce((sum, note) => sum + Number(note.split(' ')[2]), 0)).toBe(
        inside.length,
      );
      expect(told.notes('total').filter(note => note.split(' ')[1] === '502').length).toBe(
        told.logLines.length,
      );
    });

    it('counts by the zone that each line prints', () => {
      write(
        log,
        [
          '10.0.0.7 - - [25/Oct/2026:02:30:00 +0200] "GET / HTTP/1.1" 502 1',
          '10.0.0.7 - - [25/Oct/2026:02:30:00 +0100] "GET / HTTP/1.1" 502 1',
        ],
        1_792_900_000,
      );
      expect(access(1_792_891_700, 1_792_891_900).logLines).toEqual([
        '10.0.0.7 - - [25/Oct/2026:02:30:00 +0100] "GET / HTTP/1.1" 502 1',
      ]);
    });

    it('keeps lines that were written a little late', () => {
      const lines = range(NOON - 3 * HOUR, NOON, 1).map((t, i) => accessLine(t - (i % 90), 502));
      write(log, lines, NOON);
      const told = access(NOON - 2 * HOUR, NOON - HOUR);
      const wanted = lines.filter((_l, i) => {
        const t = NOON - 3 * HOUR + i - (i % 90);
        return t >= NOON - 2 * HOUR && t <= NOON - HOUR;
      });
      expect(told.logLines).toEqual(wanted);
    });

    it('says when nothing in a log is a time it knows', () => {
      write(
        log,
        range(0, 100, 1).map(i => `line ${i}`),
        NOON,
      );
      const told = access(NOON - HOUR, NOON);
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain('no time stamps');
    });
  });

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
