import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type LogReading, readUnitMinute } from '../../src/signals/unit-minute.ts';
import { ask, canBecomeNobody, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-watch-log-'));
chmodSync(home, 0o755);
afterAll(() => rmSync(home, { recursive: true }));

const row = (status: number, more = '') =>
  `203.0.113.9 - - [22/Nov/2026:10:13:15 +0000] "GET /a?n=502 HTTP/1.1" ${status} 504 "-" "curl"${more}\n`;
const rows = (...statuses: number[]) => statuses.map(status => row(status)).join('');

describe.each(platforms(home))('on $name', platform => {
  let log = '';
  let place = 'after-request';
  let reading: LogReading | undefined;
  beforeEach(() => {
    log = join(mkdtempSync(join(home, 'logs-')), 'access.log');
    chmodSync(join(log, '..'), 0o755);
    place = 'after-request';
    reading = undefined;
    writeFileSync(log, rows(200, 502));
  });

  /** One minute: goes on where the last one ended. */
  function next(circumstances = {}): LogReading | undefined {
    const { file = '-', offset = 0 } = reading?.cursor ?? {};
    const told = ask(platform, 'watch-sample', ['-', '-', log, place, file, String(offset)], circumstances);
    expect(told.exitCode).toBe(0);
    const minute = readUnitMinute(told.text, 'web1');
    // However the log is, the rest is told.
    expect(minute?.host?.totalBytes).toBeGreaterThan(0);
    reading = minute?.logs[0];
    return reading;
  }
  const counted = () => {
    const { requests, http502, http504 } = next() ?? {};
    return [requests, http502, http504];
  };

  it('begins at the end, then counts what is new', () => {
    expect(next()).toMatchObject({ state: 'begun', requests: 0, cursor: { offset: statSync(log).size } });
    expect(counted()).toEqual([0, 0, 0]);
    appendFileSync(log, rows(200, 502, 504, 502, 404));
    expect(counted()).toEqual([5, 2, 1]);
    expect(counted()).toEqual([0, 0, 0]);
  });

  it('leaves a line that is not written to its end to the next minute', () => {
    next();
    appendFileSync(log, rows(200) + row(502).slice(0, 80));
    expect(counted()).toEqual([1, 0, 0]);
    expect(counted()).toEqual([0, 0, 0]);
    appendFileSync(log, row(502).slice(80) + rows(504));
    expect(counted()).toEqual([2, 1, 1]);
  });

  it.each([['.1'], ['-20261122'], ['.old']])(
    'finishes a log that was rotated to %s, then counts the new one',
    ending => {
      next();
      appendFileSync(log, rows(502));
      renameSync(log, `${log}${ending}`);
      writeFileSync(log, rows(200, 200, 504));
      expect(counted()).toEqual([4, 1, 1]);
      expect(counted()).toEqual([0, 0, 0]);
    },
  );

  it('finishes a log whose date comes before its extension', () => {
    next();
    appendFileSync(log, rows(502));
    renameSync(log, join(log, '..', 'access-20261122.log'));
    writeFileSync(log, rows(200));
    expect(counted()).toEqual([2, 1, 0]);
  });

  it('stays with the old log until NGINX writes to the new one', () => {
    next();
    renameSync(log, `${log}.1`);
    expect(counted()).toEqual([0, 0, 0]);
    writeFileSync(log, '');
    appendFileSync(`${log}.1`, rows(502));
    expect(counted()).toEqual([1, 1, 0]);
    appendFileSync(`${log}.1`, rows(504));
    appendFileSync(log, rows(200));
    expect(counted()).toEqual([2, 0, 1]);
    appendFileSync(log, rows(200));
    expect(counted()).toEqual([1, 0, 0]);
  });

  it('says that what stood in an old log is lost when it is packed already, and counts the new one', () => {
    next();
    appendFileSync(log, rows(502));
    renameSync(log, `${log}.1`);
    writeFileSync(log, rows(504, 200));
    writeFileSync(`${log}.1.gz`, 'packed');
    unlinkSync(`${log}.1`);
    expect(next()).toMatchObject({ state: 'lost', requests: 2, http502: 0, http504: 1 });
    expect(next()).toMatchObject({ state: 'read', requests: 0 });
  });

  it('begins anew with a log that was emptied in place', () => {
    next();
    truncateSync(log, 0);
    appendFileSync(log, rows(502));
    expect(counted()).toEqual([1, 1, 0]);
    expect(counted()).toEqual([0, 0, 0]);
  });

  it('reads the newest 8 MB of a minute at most, whole lines, and says what it left out', () => {
    next();
    const long = row(502, `"${'x'.repeat(900)}"`);
    const lines = 12_000;
    appendFileSync(log, long.repeat(lines));
    const got = next();
    const size = long.length * lines;
    expect(got?.skippedBytes).toBe(size - 8_388_608);
    expect(got?.http502).toBe(Math.floor(8_388_608 / long.length));
    expect(got?.cursor?.offset).toBe(statSync(log).size);
    expect(counted()).toEqual([0, 0, 0]);
  });

  it('counts zero bytes and garbage once and goes on behind them', () => {
    next();
    appendFileSync(
      log,
      Buffer.concat([Buffer.alloc(5_000), Buffer.from('\n\xff\xfe garbage\n\n', 'latin1')]),
    );
    next();
    expect(counted()).toEqual([0, 0, 0]);
    appendFileSync(log, rows(502));
    expect(counted()).toEqual([1, 1, 0]);
  });

  it.each([
    ['json:status', '{"ts":"x","uri":"/502","status":"502","n":504}\n{"status": 200}\n{"status":504}\n'],
    ['field:9', '1.2.3.4 - - [a b] "GET / H" 502 504\n1 2 3 4 5 6 7 8 504\n1 2 3 4 5 6 7 8 200 502\n'],
  ])('finds the status at %s', (where, text) => {
    place = where;
    next();
    appendFileSync(log, text);
    expect(counted()).toEqual([3, 1, 1]);
  });

  it('says that a log is not there, or is none', () => {
    log = join(home, 'no-such.log');
    expect(next()).toMatchObject({ state: 'absent', requests: 0 });
    log = home;
    expect(next()).toMatchObject({ state: 'absent' });
  });

  it.runIf(canBecomeNobody)('says that a log is closed to it, or what is above', () => {
    chmodSync(log, 0o600);
    expect(next({ asNobody: true })).toMatchObject({ state: 'denied' });
    chmodSync(log, 0o644);
    chmodSync(join(log, '..'), 0o700);
    expect(next({ asNobody: true })).toMatchObject({ state: 'denied' });
  });

  it('keeps several logs apart', () => {
    const other = `${log.slice(0, -4)}-api.log`;
    writeFileSync(other, rows(502, 502));
    const identity = (path: string) => `${statSync(path).dev}:${statSync(path).ino}`;
    const told = ask(platform, 'watch-sample', [
      ...['-', '-', log, 'after-request', identity(log), '0'],
      ...['/no/such.log', 'after-request', '-', '0'],
      ...[other, 'after-request', identity(other), String(row(502).length)],
    ]);
    expect(readUnitMinute(told.text, 'web1')?.logs).toMatchObject([
      { state: 'read', requests: 2, http502: 1 },
      { state: 'absent' },
      { state: 'read', requests: 1, http502: 1 },
    ]);
    expect(told.text.match(/^boot /gm)?.length).toBe(1);
  });

  it('changes nothing', () => {
    const before = statSync(log);
    next();
    next();
    const after = statSync(log);
    expect([after.mtimeMs, after.size, after.ino]).toEqual([before.mtimeMs, before.size, before.ino]);
  });
});
