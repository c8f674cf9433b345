import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { accessLine, clfStamp, HOUR, LogHome, minuteTotals, NOON, range, write } from './log-files.ts';
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
  const access = (from: number, to: number, status = 'after-request') =>
    ask(platform, 'access-log', [log, String(from), String(to), status]);

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
      expect(minuteTotals(told.notes('total'))).toEqual(
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
      expect(
        minuteTotals(told.notes('total')).reduce((sum, note) => sum + Number(note.split(' ')[2]), 0),
      ).toBe(inside.length);
      expect(minuteTotals(told.notes('total')).filter(note => note.split(' ')[1] === '502').length).toBe(
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
      const lines = range(NOON - 3 * HOUR, NOON, 1).map((t, i) => accessLine(t - ((i * 37) % 90), 502));
      write(log, lines, NOON);
      const told = access(NOON - 2 * HOUR, NOON - HOUR);
      const wanted = lines.filter((_l, i) => {
        const t = NOON - 3 * HOUR + i - ((i * 37) % 90);
        return t >= NOON - 2 * HOUR && t <= NOON - HOUR;
      });
      expect(told.logLines).toEqual(wanted);
    });

    it('cuts wide enough for late lines of a busy log', () => {
      const late = range(0, 1200, 1).map(i => NOON - 1200 + i - ((i * 37) % 90));
      write(
        log,
        late.map(t => accessLine(t, 200, ` "${'p'.repeat(12_000)}"`)),
        NOON,
      );
      const told = access(NOON - 600, NOON - 301);
      const counted = minuteTotals(told.notes('total')).reduce(
        (sum, note) => sum + Number(note.split(' ')[2]),
        0,
      );
      expect(counted).toBe(late.filter(t => t >= NOON - 600 && t <= NOON - 301).length);
      // And not wider than that: most of the 14 MB stay unread.
      const [, , firstByte] = told.notes('file')[0]?.split(' ') ?? [];
      expect(Number(firstByte)).toBeGreaterThan(3_000_000);
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
});
