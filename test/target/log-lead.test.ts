import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { accessLine, clfStamp, HOUR, LogHome, minuteTotals, NOON, range, write } from './log-files.ts';
import { ask, platforms } from './read-script.ts';

const home = new LogHome();
afterAll(() => home.remove());

const FROM = NOON - 2 * HOUR;
const TO = NOON - HOUR - 1;
const window = (log: string) => ['access-log', [log, String(FROM), String(TO), 'after-request']] as const;

/** Beginnings of lines as clients and proxies make them: all that means something in an expression, long, and alike. */
const beginnings = fc.oneof(
  fc.constantFrom(
    '',
    '10.0.0.7',
    '(',
    '[[',
    'a\\',
    '\\x22\\',
    '.*',
    '$^',
    '{3}',
    '+?|',
    'ü\u00ff',
    'x'.repeat(600),
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }).map(text => text.replaceAll(/[\n\r\0\x01"[\]]/g, '|')),
);

describe.each(platforms(home.path))('on $name', platform => {
  it('finds all of a window, whatever the lines in front of it look like', () => {
    fc.assert(
      fc.property(
        fc.array(beginnings, { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 1, max: 40 }),
        (starts, step) => {
          const log = join(home.newDirectory(), 'access.log');
          const times = range(NOON - 12 * HOUR, NOON, step);
          const line = (at: number, i: number) =>
            accessLine(at, i % 47 === 0 ? 502 : 200, ` ${'-'.repeat(40 * step)}`).replace(
              '10.0.0.7',
              () => starts[i % starts.length] ?? '',
            );
          write(log, times.map(line), NOON);
          const told = ask(platform, ...window(log));
          expect(told.complaint).toBe('');
          const inside = times.flatMap((at, i) => (at >= FROM && at <= TO ? [{ at, i }] : []));
          const counted = minuteTotals(told.notes('total')).map(row => Number(row.split(' ')[2]));
          expect(counted.reduce((sum, n) => sum + n, 0)).toBe(inside.length);
          const failed = inside.filter(({ i }) => i % 47 === 0).map(({ at }) => `[${clfStamp(at)}]`);
          expect(told.logLines.map(text => /\[\d\d\/[^\]]*\]/.exec(text)?.[0])).toEqual(failed);
        },
      ),
      { numRuns: 12 },
    );
  });

  // The seek is the last that happens before the log is read: what stood in front of the window is gone then.
  it.runIf(platform.name.includes('mawk'))('says so when the log became another meanwhile', () => {
    const log = join(home.newDirectory(), 'access.log');
    write(
      log,
      range(NOON - 12 * HOUR, NOON, 1).map(at => accessLine(at, 200)),
      NOON,
    );
    const other = `${log}.new`;
    write(
      other,
      range(NOON - HOUR, NOON + 12 * HOUR, 1).map(at => accessLine(at, 200)),
      NOON,
    );
    const dd = `case "$*" in *count=0*) cat '${other}' >'${log}' ;; esac; exec /usr/bin/dd "$@"`;
    const told = ask(platform, ...window(log), { fakes: { dd } });
    expect(told.complaint).toContain('was rotated while it was being read: ask again.');
    expect(told.exitCode).toBe(1);
  });
});
