import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accessLine, clfStamp, HOUR, LogHome, minuteTotals, NOON, range, write } from './log-files.ts';
import { ask, platforms } from './read-script.ts';

const home = new LogHome();
afterAll(() => home.remove());

/** Repeats itself after 97: as good as chance for what comes when. */
const nth = (at: number): number => (at * 61) % 97;
const STATUSES = [200, 200, 200, 304, 200, 404, 200, 301, 499, 200, 502, 200, 204] as const;

interface Written {
  readonly at: number;
  readonly status: number;
  readonly line: string;
  readonly retried: boolean;
}

/** Four hours, a line every second or so, most of them good. */
function busyLog(): Written[] {
  return range(NOON - 4 * HOUR, NOON, 1).map((at, i) => {
    const status = nth(i) < 20 ? (STATUSES[nth(i) % STATUSES.length] ?? 200) : 200;
    const retried = nth(i) === 50 && status === 200;
    const tries = retried ? (i % 2 === 0 ? ' us="502, 200"' : ' us="504 : 200"') : ` us="${status}"`;
    // What a client writes into its request is no stamp of ours, and no list of tries.
    const agent = nth(i) === 7 ? ' "[Bot] a, 5 : 6" ' : '';
    return { at, status, retried, line: accessLine(at, status, `${agent}${tries}`) };
  });
}

/** `MINUTE STATUS N` as the script prints it, by counting every line. */
function plainTotals(lines: readonly Written[]): string[] {
  const totals = new Map<string, number>();
  for (const { at, status } of lines) {
    const key = `${at - (at % 60)} ${status}`;
    totals.set(key, (totals.get(key) ?? 0) + 1);
  }
  return [...totals].map(([key, count]) => `${key} ${count}`).sort();
}

describe.each(platforms(home.path))('on $name', platform => {
  const lines = busyLog();
  const log = join(home.newDirectory(), 'busy.log');
  write(
    log,
    lines.map(({ line }) => line),
    NOON,
  );
  const within = (from: number, to: number) => lines.filter(({ at }) => at >= from && at <= to);
  const failed = ({ status, retried }: Written) => status === 499 || status >= 500 || retried;

  it.each([
    ['whole minutes', NOON - 2 * HOUR, NOON - HOUR - 1],
    ['seconds within a minute', NOON - 2 * HOUR + 17, NOON - HOUR + 41],
    ['less than a minute', NOON - HOUR + 5, NOON - HOUR + 44],
    ['the end of the log', NOON - HOUR, NOON + 50],
  ])('counts a busy log minute by minute: %s', (_, from, to) => {
    const told = ask(platform, 'access-log', [log, String(from), String(to), 'after-request']);
    const wanted = within(from, to);
    expect(minuteTotals(told.notes('total'))).toEqual(plainTotals(wanted));
    expect(told.logLines).toEqual(wanted.filter(failed).map(({ line }) => line));
    expect(told.notes('covers')).toEqual([`${NOON - 4 * HOUR} ${NOON - 1}`]);
  });

  it.each([
    ['nothing', 'what'],
    ['where the tries stand', 'tries:us="'],
    ['a text that no log has', 'tries:no="'],
    ['what could be code', 'tries:us="; exit("'],
  ])('counts the same when it is told %s of the format', (_, form) => {
    const [from, to] = [NOON - 2 * HOUR + 7, NOON - HOUR - 3];
    const told = ask(platform, 'access-log', [log, String(from), String(to), 'after-request', form]);
    const wanted = within(from, to);
    expect(minuteTotals(told.notes('total'))).toEqual(plainTotals(wanted));
    expect(told.logLines).toEqual(wanted.filter(failed).map(({ line }) => line));
  });

  it('looks for no tries in a log that lists none', () => {
    const [from, to] = [NOON - 2 * HOUR, NOON - HOUR - 1];
    const told = ask(platform, 'access-log', [log, String(from), String(to), 'after-request', 'plain']);
    const wanted = within(from, to);
    expect(minuteTotals(told.notes('total'))).toEqual(plainTotals(wanted));
    expect(told.logLines).toEqual(
      wanted.filter(({ status }) => status === 499 || status >= 500).map(({ line }) => line),
    );
  });

  it.each(['plain', 'tries:us="', 'what'])('counts on through rotated and packed files (%s)', form => {
    const path = join(home.newDirectory(), 'rotated.log');
    const [old, packed, live] = [lines.slice(0, 5_000), lines.slice(5_000, 9_000), lines.slice(9_000)];
    const text = (some: readonly Written[]) => some.map(({ line }) => line);
    write(`${path}.2`, text(packed), NOON - 4 * HOUR + 9_000);
    execFileSync('gzip', [`${path}.2`]);
    write(`${path}.3`, text(old), NOON - 4 * HOUR + 5_000);
    write(path, text(live), NOON);
    const [from, to] = [NOON - 3 * HOUR + 11, NOON - HOUR + 13];
    const told = ask(platform, 'access-log', [path, String(from), String(to), 'after-request', form]);
    const wanted = within(from, to);
    expect(minuteTotals(told.notes('total'))).toEqual(plainTotals(wanted));
    expect(told.notes('file').map(note => note.split(' ')[0])).toEqual([`${path}.3`, `${path}.2.gz`, path]);
  });

  it('counts lines that stand out of order in the minute that they print', () => {
    const mixed = lines.map((written, i) => lines[Math.max(0, i - (nth(i) % 60))] ?? written);
    const path = join(home.newDirectory(), 'mixed.log');
    write(
      path,
      mixed.map(({ line }) => line),
      NOON,
    );
    const [from, to] = [NOON - 2 * HOUR, NOON - HOUR - 1];
    const told = ask(platform, 'access-log', [path, String(from), String(to), 'after-request']);
    expect(minuteTotals(told.notes('total'))).toEqual(
      plainTotals(mixed.filter(({ at }) => at >= from && at <= to)),
    );
  });

  it('begins a new row of counts where a log is silent for long, and before a row grows long', () => {
    const path = join(home.newDirectory(), 'sparse.log');
    const at = [...range(NOON - 60 * HOUR, NOON - 2 * HOUR, 60), NOON - HOUR, NOON - HOUR + 120];
    write(
      path,
      at.map(second => accessLine(second, 200)),
      NOON,
    );
    const told = ask(platform, 'access-log', [path, String(NOON - 60 * HOUR), String(NOON), 'after-request']);
    const rows = told.notes('total');
    expect(minuteTotals(rows)).toEqual(at.map(second => `${second} 200 1`).sort());
    expect(rows.at(-1)).toBe(`${NOON - HOUR} 200 1,,1`);
    expect(rows).toHaveLength(5);
    expect(Math.max(...rows.map(row => row.length))).toBeLessThan(3_000);
  });

  it('tells hostile lines with the stamp of another minute from good answers', () => {
    const path = join(home.newDirectory(), 'hostile.log');
    const forged = (at: number) =>
      `10.0.0.9 - - [${clfStamp(at)}] "GET /?[${clfStamp(NOON - 30)}] HTTP/1.1" 502 1 "-" "-"`;
    const text = range(NOON - 600, NOON, 1).map((at, i) => (i % 10 === 9 ? forged(at) : accessLine(at, 200)));
    write(path, text, NOON);
    const told = ask(platform, 'access-log', [path, String(NOON - 300), String(NOON), 'after-request']);
    expect(told.logLines).toEqual(text.slice(300).filter(line => line.includes('" 502 ')));
  });
});
